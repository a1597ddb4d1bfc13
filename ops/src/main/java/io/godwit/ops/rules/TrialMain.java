package io.godwit.ops.rules;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.rules.RuleFolder.RuleFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child JVM in which rules are tried, so that one that hangs can be killed and one that wants too much memory ends alone.
 * Takes orders on its standard input and tells on its standard output, a line of JSON each; ends when its standard input ends,
 * even in the middle of a rule, so that it cannot outlive the process that started it.
 */
public final class TrialMain {
    static final ObjectMapper JSON = new ObjectMapper();

    private TrialMain() {}

    /** A rule to try. */
    record Order(String name, String epl, List<String> scenarios) {
        static Order of(RuleFile file) {
            return new Order(
                    file.name(),
                    file.epl().toString(),
                    file.scenarios().stream().map(Path::toString).toList());
        }

        RuleFile file() {
            return new RuleFile(
                    name, Path.of(epl), scenarios.stream().map(Path::of).toList());
        }
    }

    /** What is told. */
    enum What {
        READY,
        STEP,
        FAULT,
        TRIED,
        DONE
    }

    /**
     * A line of the child.
     *
     * @param words of a STEP or FAULT; "" else
     * @param tried of TRIED; null else
     */
    record Told(What what, String words, RuleResult.Tried tried) {
        static Told of(What what) {
            return new Told(what, "", null);
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // what anybody else prints is no answer
        BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("orders").start(() -> listen(orders));
        tell(out, Told.of(What.READY));
        while (true) {
            RuleTrial.run(orders.take().file(), new RuleTrial.Teller() {
                @Override
                public void step(String words) {
                    tell(out, new Told(What.STEP, words, null));
                }

                @Override
                public void fault(String says) {
                    tell(out, new Told(What.FAULT, says, null));
                }

                @Override
                public void tried(RuleResult.Tried scenario) {
                    tell(out, new Told(What.TRIED, "", scenario));
                }
            });
            tell(out, Told.of(What.DONE));
        }
    }

    private static void listen(BlockingQueue<Order> orders) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                orders.add(JSON.readValue(line, Order.class));
            }
        } catch (IOException gone) {
            // the same as the end: nobody is there any more
        }
        Runtime.getRuntime().halt(0); // a rule may be at work for ever, and nothing here has to be put in order
    }

    private static void tell(PrintStream out, Told told) {
        try {
            byte[] line = (JSON.writeValueAsString(told) + "\n").getBytes(StandardCharsets.UTF_8);
            out.write(line, 0, line.length);
            out.flush();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
