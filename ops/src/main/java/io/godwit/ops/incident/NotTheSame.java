package io.godwit.ops.incident;

/** Under pseudonyms the same records lead to something else, as some policies choose by a hash of ids. */
public final class NotTheSame extends Exception {
    private static final long serialVersionUID = 1L;

    NotTheSame(String difference) {
        super(difference);
    }
}
