package io.godwit.executors.kafka;

/**
 * What stands beside a committed offset: who committed, and where the outcomes of the open commands begin. A native call is
 * made only after such a commit, so the note names the one process that may still be at the segment's accepted commands.
 *
 * @param slot slot of the process
 * @param lockId id of the lock file that it held
 * @param outcomesFrom offset of outcomes
 */
public record CommitNote(String slot, String lockId, long outcomesFrom) {
    @Override
    public String toString() {
        return slot + " " + lockId + " " + outcomesFrom;
    }

    /** A note that is none reads as somebody else's, with all outcomes to be read. */
    static CommitNote parse(String text) {
        String[] parts = text == null ? new String[0] : text.split(" ");
        try {
            if (parts.length == 3) {
                return new CommitNote(parts[0], parts[1], Long.parseLong(parts[2]));
            }
        } catch (NumberFormatException notOurs) {
            return new CommitNote("", "", 0);
        }
        return new CommitNote("", "", 0);
    }
}
