package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.EPCompiledManifest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A compiled rule as bytes, with how far back it reaches: what one process has admitted and compiled, another one runs. The
 * classes in it are code, so whoever reads it must trust where it comes from, or be a process that may be harmed.
 */
record CompiledForm(Duration lookBack, EPCompiled compiled) {
    private static final int FORMAT = 0x67770002;

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 17);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeLong(lookBack.toMillis());
            compiled.getManifest().write(out);
            Map<String, byte[]> classes = new TreeMap<>(compiled.getClasses());
            out.writeInt(classes.size());
            for (Map.Entry<String, byte[]> one : classes.entrySet()) {
                out.writeUTF(one.getKey());
                out.writeInt(one.getValue().length);
                out.write(one.getValue());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if these are no such bytes, or not all of them */
    static CompiledForm read(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readInt() != FORMAT) {
            throw new IOException("no compiled rule");
        }
        Duration lookBack = Duration.ofMillis(in.readLong());
        EPCompiledManifest manifest = EPCompiledManifest.read(in);
        Map<String, byte[]> classes = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            byte[] code = new byte[lengthOf(in)];
            in.readFully(code);
            classes.put(name, code);
        }
        return new CompiledForm(lookBack, new EPCompiled(classes, manifest));
    }

    private static int lengthOf(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a class of " + length + " bytes is not whole");
        }
        return length;
    }
}
