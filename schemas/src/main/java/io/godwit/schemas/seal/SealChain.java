package io.godwit.schemas.seal;

import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The digest of one topic's segment, record by record, each over the one before. What is in it: see LogSealed. Used by one
 * thread.
 */
public final class SealChain {
    /** Bytes of the digest that a mark keeps. */
    static final int MARK_BYTES = 2;

    private final Topic topic;
    private final int segment;
    private final MessageDigest sha = sha256();
    private final ByteArrayOutputStream marks = new ByteArrayOutputStream();
    private byte[] digest;
    private long from;
    private long next;
    private long records;

    private SealChain(Topic topic, int segment, byte[] digest, long next) {
        this.topic = topic;
        this.segment = segment;
        this.digest = digest.clone();
        this.from = next;
        this.next = next;
    }

    /** Before anything was sealed. */
    public static SealChain beginning(String site, Topic topic, int segment) {
        byte[] name = (topic.of(site) + "/" + segment).getBytes(StandardCharsets.UTF_8);
        return new SealChain(topic, segment, sha256().digest(name), 0);
    }

    /** After a seal: its digest and where it ended. */
    public static SealChain after(Topic topic, int segment, byte[] digest, long toOffset) {
        return new SealChain(topic, segment, digest, toOffset);
    }

    /** Takes the next committed record. Records of an offset that was taken before are passed over. */
    public void take(LogRecord record) {
        if (record.offset() < next) {
            return;
        }
        if (records == 0) {
            from = next == 0 ? record.offset() : next; // offsets have gaps where transactions end
        }
        byte[] key = record.key();
        byte[] value = record.value();
        sha.update(digest);
        sha.update(ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                .putLong(record.offset())
                .putLong(record.timestampMillis())
                .putInt(key == null ? -1 : key.length)
                .flip());
        sha.update(key == null ? new byte[0] : key);
        sha.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(value == null ? -1 : value.length)
                .flip());
        sha.update(value == null ? new byte[0] : value);
        digest = sha.digest();
        marks.write(digest, 0, MARK_BYTES);
        next = record.offset() + 1;
        records++;
    }

    /** Records since the last seal. */
    public long records() {
        return records;
    }

    /** Offset after the newest record that was taken. */
    public long next() {
        return next;
    }

    byte[] digest() {
        return digest.clone();
    }

    /** The seal of what came since the last one; at least one record must have come. */
    public LogSealed seal() {
        if (records == 0) {
            throw new IllegalStateException(
                    "nothing came in " + topic.stage() + "/" + segment + " since the last seal");
        }
        LogSealed sealed = new LogSealed(
                topic.stage(),
                segment,
                from,
                next,
                records,
                ByteBuffer.wrap(digest.clone()),
                ByteBuffer.wrap(marks.toByteArray()));
        marks.reset();
        from = next;
        records = 0;
        return sealed;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) { // every Java has it
            throw new IllegalStateException(impossible);
        }
    }
}
