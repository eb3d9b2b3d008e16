// Computes the commitment that rainfall.circom checks: a program for the tests, and never proven.
pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

template Commitment(days) {
    signal input readings[days];
    signal input salt;
    signal output commitment;

    component hash = Poseidon(days + 1);
    for (var day = 0; day < days; day++) {
        hash.inputs[day] <== readings[day];
    }
    hash.inputs[days] <== salt;
    commitment <== hash.out;
}

component main = Commitment(5);
