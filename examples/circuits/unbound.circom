// How not to do it: nothing speaks of the binding, so that `concordat zk setup` refuses the circuit.
pragma circom 2.1.6;

template Unbound() {
    signal input binding;
    signal input sum;
    signal input a;
    signal input b;

    sum === a + b;
    signal product;
    product <== a * b;
}

component main {public [binding, sum]} = Unbound();
