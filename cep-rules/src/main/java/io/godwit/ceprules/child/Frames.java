package io.godwit.ceprules.child;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Messages on a stream of bytes: four bytes for the length, then as many. */
final class Frames {
    /** Nothing that is said here is longer; a greater length is a stream that has gone wrong. */
    private static final int LENGTH_MAX = 256 << 20;

    private Frames() {}

    /** What writes one message. */
    interface Message {
        void write(DataOutputStream out) throws IOException;
    }

    static void send(OutputStream to, Message message) throws IOException {
        write(to, message);
        to.flush();
    }

    /** The same, and what it goes into may keep it for a while. */
    static void write(OutputStream to, Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            message.write(out);
        }
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(bytes.size());
        bytes.writeTo(out);
    }

    /** The next message; empty at the end of the stream. */
    static Optional<DataInputStream> next(InputStream from) throws IOException {
        byte[] length = from.readNBytes(4);
        if (length.length < 4) {
            return Optional.empty();
        }
        int size = ByteBuffer.wrap(length).getInt();
        if (size < 0 || size > LENGTH_MAX) {
            throw new IOException("a message of " + Integer.toUnsignedString(size) + " bytes is none of ours");
        }
        byte[] bytes = from.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the stream ended within a message");
        }
        return Optional.of(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    /** What comes on standard input; its end, or that of who writes there, ends this JVM at once, whatever it does. */
    static BlockingQueue<DataInputStream> orders() {
        BlockingQueue<DataInputStream> orders = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("orders").start(() -> {
            try (InputStream in = new BufferedInputStream(System.in, 1 << 16)) {
                for (Optional<DataInputStream> order = next(in); order.isPresent(); order = next(in)) {
                    orders.add(order.get());
                }
            } catch (IOException gone) {
                // the same as the end: nobody is there any more
            }
            Runtime.getRuntime().halt(0); // a rule may be at work for ever, and nothing here has to be put in order
        });
        return orders;
    }

    /** Texts may be longer than those of {@link DataOutputStream#writeUTF}. */
    static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    static UncheckedIOException broken(IOException wrong) {
        return new UncheckedIOException("a message of the rules' JVM cannot be read: " + wrong.getMessage(), wrong);
    }
}
