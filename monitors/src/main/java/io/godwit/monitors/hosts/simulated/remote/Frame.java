package io.godwit.monitors.hosts.simulated.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One message.
 *
 * @param id number of the call that it asks or answers; 0 for an event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(Kind kind, long id, byte[] payload) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PAYLOAD_BYTES_MAX = 16 << 20;

    enum Kind {
        /** Asks for a sample; payload: host id. */
        READ('r'),
        /** Asks for anything else; payload: JSON array of the call's name and its arguments. */
        CALL('c'),
        /** Answers READ; payload: HostSampled. */
        SAMPLE('s'),
        /** Answers CALL; payload: JSON. */
        ANSWER('a'),
        /** Answers that a host cannot be reached; payload: text. */
        UNREACHABLE('u'),
        /** Answers that the caller is wrong; payload: text. */
        WRONG('w'),
        /** Tells of a host by itself; payload: JSON. */
        EVENT('e');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        static Kind of(int letter) throws IOException {
            for (Kind kind : KINDS) {
                if (kind.letter == letter) {
                    return kind;
                }
            }
            throw new IOException("no frame of simulated hosts has the kind " + letter);
        }
    }

    private static final Kind[] KINDS = Kind.values();

    static Frame text(Kind kind, long id, String text) {
        return new Frame(kind, id, text.getBytes(StandardCharsets.UTF_8));
    }

    static Frame json(Kind kind, long id, Object value) {
        try {
            return new Frame(kind, id, JSON.writeValueAsBytes(value));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot be written as JSON: " + value, impossible);
        }
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    JsonNode json() throws IOException {
        return JSON.readTree(payload);
    }

    <T> T json(Class<T> type) throws IOException {
        return JSON.readValue(payload, type);
    }

    static <T> T json(JsonNode node, Class<T> type) throws IOException {
        return JSON.treeToValue(node, type);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(payload.length);
        out.writeByte(kind.letter);
        out.writeLong(id);
        out.write(payload);
    }

    /** @throws IOException also where the other side does not speak this protocol */
    static Frame read(DataInputStream in) throws IOException {
        int length = in.readInt();
        int kind = in.readByte();
        long id = in.readLong();
        if (length < 0 || length > PAYLOAD_BYTES_MAX) {
            throw new IOException("no frame of simulated hosts has " + length + " bytes");
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(Kind.of(kind), id, payload);
    }
}
