package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ops.Godwit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** A verb as an operator types it, run in this process. */
public final class Verb {
    /**
     * What came of it.
     *
     * @param out what it printed
     * @param err what the command line told
     */
    public record Said(int code, String out, String err) {
        public Said endsWith(int expected) {
            assertEquals(expected, code, () -> out + err);
            return this;
        }
    }

    private Verb() {}

    public static Said say(String... words) {
        StringWriter told = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int code = Godwit.commandLine().setErr(new PrintWriter(told, true)).execute(words);
            return new Said(code, out.toString(StandardCharsets.UTF_8), told.toString());
        } finally {
            System.setOut(before);
        }
    }
}
