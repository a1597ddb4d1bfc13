package io.godwit.ceprules.child;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.Observation;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the rules' JVM is told to do. */
sealed interface Order {
    /** Know a rule by what it was compiled to, for all segments. */
    record Load(CompiledRule rule) implements Order {}

    /** Forget what a rule was compiled to. */
    record Unload(RuleId rule) implements Order {}

    /** Let a rule begin that is known, without any state. */
    record Add(int segment, RuleId rule) implements Order {}

    /** Let a rule end. */
    record Remove(int segment, RuleId rule) implements Order {}

    /** Let rules know who these hosts are. */
    record Know(int segment, List<HostLabel> hosts) implements Order {}

    /**
     * Feed some rules, one after the other.
     *
     * @param careful whether it must be told at once which rule is at work, since memory has run out before
     */
    record Feed(int segment, boolean careful, List<RuleId> rules, List<Observation> stretch) implements Order {}

    /** Let a rule end, and tell how much memory comes free. */
    record Weigh(int segment, RuleId rule) implements Order {}

    int NO_SEGMENT = -1;

    static void write(Order order, DataOutputStream out) throws IOException {
        switch (order) {
            case Load load -> {
                begin(out, 'L', NO_SEGMENT);
                write(RuleId.of(load.rule()), out);
                Frames.writeText(out, load.rule().rule().text());
                Frames.writeBytes(out, load.rule().form());
            }
            case Unload unload -> {
                begin(out, 'U', NO_SEGMENT);
                write(unload.rule(), out);
            }
            case Add add -> {
                begin(out, 'A', add.segment());
                write(add.rule(), out);
            }
            case Remove remove -> {
                begin(out, 'R', remove.segment());
                write(remove.rule(), out);
            }
            case Know know -> {
                begin(out, 'K', know.segment());
                out.writeInt(know.hosts().size());
                for (HostLabel host : know.hosts()) {
                    write(host, out);
                }
            }
            case Feed feed -> {
                begin(out, 'F', feed.segment());
                out.writeBoolean(feed.careful());
                out.writeInt(feed.rules().size());
                for (RuleId rule : feed.rules()) {
                    write(rule, out);
                }
                List<Observation> readable = feed.stretch().stream()
                        .filter(observation -> observation.event().isPresent())
                        .toList();
                out.writeInt(readable.size());
                for (Observation observation : readable) {
                    out.writeLong(observation.offset());
                    out.writeLong(observation.atMillis());
                    Frames.writeBytes(out, observation.record().orElseThrow().value());
                }
            }
            case Weigh weigh -> {
                begin(out, 'W', weigh.segment());
                write(weigh.rule(), out);
            }
        }
    }

    static Order read(DataInputStream in) throws IOException {
        int kind = in.readByte();
        int segment = in.readInt();
        return switch (kind) {
            case 'L' -> {
                RuleId rule = readRule(in);
                RuleVersion version = new RuleVersion(rule.name(), rule.version(), Frames.readText(in), false);
                yield new Load(CompiledRule.of(version, Frames.readBytes(in)));
            }
            case 'U' -> new Unload(readRule(in));
            case 'A' -> new Add(segment, readRule(in));
            case 'R' -> new Remove(segment, readRule(in));
            case 'K' -> {
                List<HostLabel> hosts = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    hosts.add(readHost(in));
                }
                yield new Know(segment, hosts);
            }
            case 'F' -> {
                boolean careful = in.readBoolean();
                List<RuleId> rules = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    rules.add(readRule(in));
                }
                List<Observation> stretch = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    long offset = in.readLong();
                    long atMillis = in.readLong();
                    LogRecord record = new LogRecord(
                            Topic.OBSERVATIONS, segment, offset, atMillis, new byte[0], Frames.readBytes(in));
                    stretch.add(Observation.of(record, atMillis));
                }
                yield new Feed(segment, careful, rules, stretch);
            }
            case 'W' -> new Weigh(segment, readRule(in));
            default -> throw new IOException("order " + kind + " is not known");
        };
    }

    private static void begin(DataOutputStream out, char kind, int segment) throws IOException {
        out.writeByte(kind);
        out.writeInt(segment);
    }

    private static void write(HostLabel host, DataOutputStream out) throws IOException {
        Frames.writeText(out, host.hostId());
        Frames.writeText(out, host.site());
        Frames.writeText(out, host.rack());
        Frames.writeText(out, host.name());
    }

    private static HostLabel readHost(DataInputStream in) throws IOException {
        return new HostLabel(Frames.readText(in), Frames.readText(in), Frames.readText(in), Frames.readText(in));
    }

    private static void write(RuleId rule, DataOutputStream out) throws IOException {
        Frames.writeText(out, rule.name());
        out.writeInt(rule.version());
    }

    private static RuleId readRule(DataInputStream in) throws IOException {
        return new RuleId(Frames.readText(in), in.readInt());
    }
}
