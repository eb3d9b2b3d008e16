// A flood trigger over the rain of five days, whose readings nobody else sees.
//
// The output of the job is (commitment, threshold, triggered): the clause's program writes these three numbers. The
// circuit proves, to whoever sees only them, that there are five daily readings behind the commitment, each below 2^16, and
// that `triggered` says truly whether their sum reaches the threshold.
//
// Public signals, in the order in which they are declared, are the public inputs of the proof:
//   0  binding      what binds the proof to one job; see docs/zk.md
//   1  commitment   Poseidon over the readings and a salt
//   2  threshold    below 2^20
//   3  triggered    0 or 1
pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";

template Rainfall(days) {
    signal input binding;
    signal input commitment;
    signal input threshold;
    signal input triggered;
    // Tenths of a millimetre.
    signal input readings[days];
    signal input salt;

    // Nothing else speaks of the binding. A public input that no constraint speaks of is one that a proof need not be
    // made for: with the square, the proof holds for this number alone.
    signal bound;
    bound <== binding * binding;

    component hash = Poseidon(days + 1);
    component small[days];
    var total = 0;
    for (var day = 0; day < days; day++) {
        small[day] = Num2Bits(16);
        small[day].in <== readings[day];
        hash.inputs[day] <== readings[day];
        total += readings[day];
    }
    hash.inputs[days] <== salt;
    commitment === hash.out;

    // Five readings below 2^16 stay below 2^20: the comparison is one of numbers of 20 bits, and so must be both sides.
    component limit = Num2Bits(20);
    limit.in <== threshold;
    component reached = GreaterEqThan(20);
    reached.in[0] <== total;
    reached.in[1] <== threshold;
    triggered === reached.out;
}

component main {public [binding, commitment, threshold, triggered]} = Rainfall(5);
