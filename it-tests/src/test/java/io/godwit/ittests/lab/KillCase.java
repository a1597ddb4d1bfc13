package io.godwit.ittests.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One place of the matrix.
 *
 * @param postCopy whether the move is one by post-copy
 */
record KillCase(Party party, Moment moment, boolean postCopy) {
    /** Every party at every moment at which it is there. */
    static List<KillCase> all() {
        List<KillCase> cases = new ArrayList<>();
        for (Party party : Party.values()) {
            for (Moment moment : Moment.values()) {
                if (party != Party.TARGET_QEMU || moment != Moment.BEFORE) { // the copy makes the target's
                    cases.add(new KillCase(party, moment, moment == Moment.FOLLOWING));
                }
            }
        }
        return cases;
    }

    @Override
    public String toString() {
        return "%s, %s, %s".formatted(words(party), words(moment), move());
    }

    String move() {
        return postCopy ? "post-copy" : "pre-copy";
    }

    static String words(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
