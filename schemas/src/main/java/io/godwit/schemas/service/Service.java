package io.godwit.schemas.service;

/**
 * A running service. Its module has a static start method that returns only when the service was started (not yet ready) and
 * throws where its settings are wrong; "up" runs all services of a region so, a verb of its own runs one.
 */
public interface Service extends AutoCloseable {
    /** As in the verb that starts it: "monitor", "cep", "scheduler", "executor", "overlay", "notifier", "hosts". */
    String name();

    Health health();

    /** Stops in order: takes no more input, finishes or hands on what is open, leaves its group. */
    @Override
    void close();
}
