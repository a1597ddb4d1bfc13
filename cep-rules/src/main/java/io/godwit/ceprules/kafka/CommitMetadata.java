package io.godwit.ceprules.kafka;

import java.time.Instant;
import java.util.Optional;

/**
 * What is kept beside a committed offset, so that a restart reads neither topic from its beginning.
 *
 * @param logTime greatest timestamp below the offset
 * @param checkpoint offset of the last known checkpoint in the detections topic; -1: none
 * @param written offset of the last record that this segment's owners wrote there; -1: none. It must be readable before a
 *     successor may go on
 * @param rules offset in the rules topic below which unreadable records were told in the dead letters
 */
record CommitMetadata(Instant logTime, long checkpoint, long written, long rules) {
    static final CommitMetadata NONE = new CommitMetadata(Instant.EPOCH, -1, -1, 0);

    private static final String VERSION = "1";

    CommitMetadata withRules(long offset) {
        return new CommitMetadata(logTime, checkpoint, written, offset);
    }

    String text() {
        return VERSION + " " + logTime.toEpochMilli() + " " + checkpoint + " " + written + " " + rules;
    }

    /** Empty for a text that is none of ours. */
    static Optional<CommitMetadata> parse(String text) {
        String[] parts = text == null ? new String[0] : text.split(" ");
        if (parts.length != 5 || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CommitMetadata(
                    Instant.ofEpochMilli(Long.parseLong(parts[1])),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4])));
        } catch (NumberFormatException foreign) {
            return Optional.empty();
        }
    }
}
