package io.godwit.ceprules.segment;

import java.time.Instant;

/**
 * Where a segment's detector stands.
 *
 * @param nextOffset all observations below it are taken
 * @param logTime greatest timestamp of those; the epoch where there is none
 */
public record Place(long nextOffset, Instant logTime) {
    public static final Place BEGINNING = new Place(0, Instant.EPOCH);
}
