package io.godwit.ops.data;

/** A data folder cannot be used as asked; the message names the folder, the reason and the remedy. */
public final class DataRefused extends Exception {
    private static final long serialVersionUID = 1L;

    public DataRefused(String message) {
        super(message);
    }
}
