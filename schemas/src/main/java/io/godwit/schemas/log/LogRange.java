package io.godwit.schemas.log;

/**
 * Offsets of one topic and segment.
 *
 * @param from first offset, inclusive
 * @param to end offset, exclusive; Long.MAX_VALUE stands for the end of the log when the scan starts
 */
public record LogRange(Topic topic, int segment, long from, long to) {
    public static LogRange all(Topic topic, int segment) {
        return new LogRange(topic, segment, 0, Long.MAX_VALUE);
    }
}
