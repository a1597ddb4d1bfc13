package io.godwit.schedulers.constraints.script;

/** Ends the reading of a statement; the next one is read nevertheless. */
final class Misread extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    Misread(Token at, String message) {
        super(message, null, false, false); // thrown and caught within one read, so nobody asks for a trace
        this.fault = new Fault(at.line(), at.column(), message);
    }

    Fault fault() {
        return fault;
    }
}
