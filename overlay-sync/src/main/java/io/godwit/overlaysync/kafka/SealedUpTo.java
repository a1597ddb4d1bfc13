package io.godwit.overlaysync.kafka;

import io.godwit.schemas.events.LogSealed;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How far a topic's segment is sealed, as it stands beside the committed offset of the sealers' group.
 *
 * @param offset after the newest sealed record
 * @param digest of the newest seal
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
record SealedUpTo(long offset, byte[] digest) {
    private static final String VERSION = "1";
    private static final int DIGEST_BYTES = 32;

    static SealedUpTo of(LogSealed sealed) {
        ByteBuffer digest = sealed.getDigest().duplicate();
        byte[] bytes = new byte[digest.remaining()];
        digest.get(bytes);
        return new SealedUpTo(sealed.getToOffset(), bytes);
    }

    String text() {
        return VERSION + " " + offset + " " + HexFormat.of().formatHex(digest);
    }

    /** Empty for a text that is none of ours. */
    static Optional<SealedUpTo> parse(String text) {
        String[] parts = text == null ? new String[0] : text.split(" ");
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            byte[] digest = HexFormat.of().parseHex(parts[2]);
            return digest.length == DIGEST_BYTES
                    ? Optional.of(new SealedUpTo(Long.parseLong(parts[1]), digest))
                    : Optional.empty();
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }
}
