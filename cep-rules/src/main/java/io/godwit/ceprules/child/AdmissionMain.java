package io.godwit.ceprules.child;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;

/**
 * The JVM that looks through rules and compiles them: a text that its parser or compiler does not come to an end with, or runs
 * out of memory over, takes nothing else along. Takes texts on its standard input and answers on its standard output; ends
 * when its standard input ends.
 */
public final class AdmissionMain {
    static final char READY = 'R';
    static final char ADMITTED = 'A';
    static final char REFUSED = 'N';

    private AdmissionMain() {}

    /** @param arguments how it is to confine itself */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = System.out;
        System.setOut(System.err); // what anybody else prints is no answer
        RuleCheck.check(
                "// name: first\nselect hostId from HostLoss"); // what only the first one costs is no rule's fault
        String unconfined =
                Confinement.confine(ConfinePolicy.valueOf(arguments[0])).orElse("");
        BlockingQueue<DataInputStream> texts = Frames.orders();
        Frames.send(out, to -> {
            to.writeByte(READY);
            Frames.writeText(to, unconfined);
        });
        while (true) {
            RuleVersion rule = read(texts.take());
            Frames.send(out, to -> answer(rule, to));
        }
    }

    static void write(RuleVersion rule, DataOutputStream out) throws IOException {
        Frames.writeText(out, rule.name());
        out.writeInt(rule.version());
        Frames.writeText(out, rule.text());
        out.writeBoolean(rule.builtIn());
    }

    private static RuleVersion read(DataInputStream in) throws IOException {
        return new RuleVersion(Frames.readText(in), in.readInt(), Frames.readText(in), in.readBoolean());
    }

    private static void answer(RuleVersion rule, DataOutputStream out) throws IOException {
        try {
            byte[] form = RuleCompiler.admit(rule).form();
            out.writeByte(ADMITTED);
            Frames.writeBytes(out, form);
        } catch (RuleRefused wrong) {
            out.writeByte(REFUSED);
            out.writeInt(wrong.line());
            out.writeInt(wrong.column());
            Frames.writeText(out, wrong.getMessage());
        }
    }
}
