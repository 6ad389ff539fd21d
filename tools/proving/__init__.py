"""What the conformance run, the behaviour suite, the fuzzer and the leak scripts share."""
