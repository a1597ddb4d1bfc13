package io.godwit.ceprules.child;

import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.detections.Subject;
import io.godwit.ceprules.segment.OperatorRules.Said;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Severity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the rules' JVM tells. */
sealed interface Told {
    /**
     * It takes orders.
     *
     * @param unconfined why it could not confine itself; "" where it could, or was not to
     */
    record Ready(String unconfined) implements Told {}

    /** A rule is at work from now on; the number is its place in the order. */
    record Begins(int rule) implements Told {}

    /**
     * A rule has done what was ordered.
     *
     * @param cpuNanos of its own thread, in it
     * @param allocatedBytes by it and by the making of what it saw: no less than what it keeps of it
     * @param rows that it made, repeated ones included
     * @param failure what it threw; "" where it went well
     */
    record Ended(int rule, long cpuNanos, long allocatedBytes, long rows, String failure, List<Said> said)
            implements Told {}

    /**
     * The order is carried out.
     *
     * @param scarce whether more than half of the memory for what lasts was left in use by the last whole collection
     */
    record Done(boolean scarce) implements Told {}

    /** Memory that came free with a rule. */
    record Weighed(long bytes) implements Told {}

    static void write(Told told, DataOutputStream out) throws IOException {
        switch (told) {
            case Ready ready -> {
                out.writeByte('R');
                Frames.writeText(out, ready.unconfined());
            }
            case Begins begins -> {
                out.writeByte('B');
                out.writeInt(begins.rule());
            }
            case Ended ended -> {
                out.writeByte('E');
                out.writeInt(ended.rule());
                out.writeLong(ended.cpuNanos());
                out.writeLong(ended.allocatedBytes());
                out.writeLong(ended.rows());
                Frames.writeText(out, ended.failure());
                out.writeInt(ended.said().size());
                for (Said said : ended.said()) {
                    out.writeLong(said.offset());
                    out.writeLong(said.atMillis());
                    out.writeInt(said.signals().size());
                    for (Signal signal : said.signals()) {
                        write(signal, out);
                    }
                }
            }
            case Done done -> {
                out.writeByte('D');
                out.writeBoolean(done.scarce());
            }
            case Weighed weighed -> {
                out.writeByte('W');
                out.writeLong(weighed.bytes());
            }
        }
    }

    static Told read(DataInputStream in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case 'R' -> new Ready(Frames.readText(in));
            case 'B' -> new Begins(in.readInt());
            case 'E' ->
                new Ended(in.readInt(), in.readLong(), in.readLong(), in.readLong(), Frames.readText(in), readSaid(in));
            case 'D' -> new Done(in.readBoolean());
            case 'W' -> new Weighed(in.readLong());
            default -> throw new IOException("message " + kind + " is not known");
        };
    }

    private static List<Said> readSaid(DataInputStream in) throws IOException {
        List<Said> all = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            long offset = in.readLong();
            long atMillis = in.readLong();
            List<Signal> signals = new ArrayList<>();
            for (int more = in.readInt(); more > 0; more--) {
                signals.add(readSignal(in));
            }
            all.add(new Said(offset, atMillis, signals));
        }
        return all;
    }

    private static void write(Signal signal, DataOutputStream out) throws IOException {
        switch (signal) {
            case Signal.Crossed crossed -> {
                out.writeByte('C');
                writeHead(crossed, out);
                Frames.writeText(out, crossed.metric());
                out.writeLong(crossed.value());
                out.writeLong(crossed.threshold());
                Frames.writeText(out, crossed.unit());
                out.writeBoolean(crossed.terms().isPresent());
                if (crossed.terms().isPresent()) {
                    write(crossed.terms().get(), out);
                }
            }
            case Signal.Left left -> {
                out.writeByte('L');
                writeHead(left, out);
                Frames.writeText(out, left.reason());
            }
        }
    }

    private static void write(DetectionTerms terms, DataOutputStream out) throws IOException {
        Frames.writeText(out, terms.getOwner());
        Frames.writeText(out, terms.getSeverity().name());
        Frames.writeText(out, terms.getAction().name());
        Frames.writeText(out, terms.getMode().name());
        out.writeLong(terms.getCoolDownMillis());
    }

    private static DetectionTerms readTerms(DataInputStream in) throws IOException {
        return new DetectionTerms(
                Frames.readText(in),
                Severity.valueOf(Frames.readText(in)),
                DetectionAction.valueOf(Frames.readText(in)),
                ActingMode.valueOf(Frames.readText(in)),
                in.readLong());
    }

    private static void writeHead(Signal signal, DataOutputStream out) throws IOException {
        Frames.writeText(out, signal.rule());
        out.writeInt(signal.ruleVersion());
        Frames.writeText(out, signal.subject().kind().name());
        Frames.writeText(out, signal.subject().rule());
        Frames.writeText(out, signal.subject().hostId());
        Frames.writeText(out, signal.subject().vmId());
        out.writeInt(signal.seen().size());
        for (Signal.Seen seen : signal.seen()) {
            out.writeLong(seen.offset());
            Frames.writeText(out, seen.says());
        }
    }

    private static Signal readSignal(DataInputStream in) throws IOException {
        int kind = in.readByte();
        String rule = Frames.readText(in);
        int version = in.readInt();
        Subject subject = new Subject(
                DetectionKind.valueOf(Frames.readText(in)),
                Frames.readText(in),
                Frames.readText(in),
                Frames.readText(in));
        List<Signal.Seen> seen = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            seen.add(new Signal.Seen(in.readLong(), Frames.readText(in)));
        }
        return switch (kind) {
            case 'C' ->
                new Signal.Crossed(
                        rule,
                        version,
                        subject,
                        seen,
                        Frames.readText(in),
                        in.readLong(),
                        in.readLong(),
                        Frames.readText(in),
                        in.readBoolean() ? Optional.of(readTerms(in)) : Optional.empty());
            case 'L' -> new Signal.Left(rule, version, subject, seen, Frames.readText(in));
            default -> throw new IOException("signal " + kind + " is not known");
        };
    }
}
