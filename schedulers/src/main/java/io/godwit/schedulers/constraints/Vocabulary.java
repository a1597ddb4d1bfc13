package io.godwit.schedulers.constraints;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The words for constraints: what each takes, in which manner it may hold, and how large its amount may be. */
public enum Vocabulary {
    BAN("ban", Manner.EITHER, Shape.VMS, Shape.HOSTS),
    FENCE("fence", Manner.EITHER, Shape.VMS, Shape.HOSTS),
    SPREAD("spread", Manner.EITHER, Shape.VMS),
    GATHER("gather", Manner.EITHER, Shape.VMS),
    AMONG("among", Manner.EITHER, Shape.VMS, Shape.HOST_GROUPS),
    SPLIT("split", Manner.EITHER, Shape.VM_SETS),
    SPLIT_AMONG("splitAmong", Manner.EITHER, Shape.VM_SETS, Shape.HOST_GROUPS),
    LONELY("lonely", Manner.EITHER, Shape.VMS),
    ROOT("root", Manner.ALWAYS, Shape.VMS),
    QUARANTINE("quarantine", Manner.ALWAYS, Shape.HOSTS),
    PRESERVE("preserve", Manner.IN_THE_END, Shape.VMS, Shape.RESOURCE, Shape.AMOUNT),
    OVERBOOK("overbook", Manner.EITHER, Shape.HOSTS, Shape.RESOURCE, Shape.FACTOR),
    RESOURCE_CAPACITY("resourceCapacity", Manner.EITHER, Shape.HOSTS, Shape.RESOURCE, Shape.AMOUNT),
    RUNNING_CAPACITY("runningCapacity", Manner.EITHER, Shape.HOSTS, Shape.COUNT),
    MAX_ONLINE("maxOnline", Manner.EITHER, Shape.HOSTS, Shape.COUNT),
    ONLINE("online", Manner.IN_THE_END, Shape.HOSTS),
    OFFLINE("offline", Manner.IN_THE_END, Shape.HOSTS),
    SEQ("seq", Manner.ALWAYS, Shape.VMS),
    PRECEDENCE("precedence", Manner.ALWAYS, Shape.VMS, Shape.VMS),
    SERIALIZE("serialize", Manner.ALWAYS, Shape.VMS),
    SYNC("sync", Manner.ALWAYS, Shape.VMS),
    DEADLINE("deadline", Manner.ALWAYS, Shape.VMS, Shape.DURATION);

    /** When a constraint may hold. */
    enum Manner {
        /** Discrete or continuous, as its author says. */
        EITHER,
        ALWAYS,
        IN_THE_END
    }

    /** What stands at one place between the brackets. */
    public enum Shape {
        VMS("VMs", 0, 0),
        VM_SETS("{VMs, VMs, …}", 0, 0),
        HOSTS("HOSTS", 0, 0),
        HOST_GROUPS("{HOSTS, HOSTS, …}", 0, 0),
        RESOURCE("RESOURCE", 0, 0),
        /** Millicores, bytes or bytes per second. 4 PiB keeps products with milliseconds within a long. */
        AMOUNT("AMOUNT", 0, 1L << 52),
        /** Permille. */
        FACTOR("FACTOR", 1, 100_000),
        COUNT("NUMBER", 0, 1_000_000),
        /** Milliseconds, up to 30 days. */
        DURATION("DURATION", 1, 30L * 24 * 3_600_000);

        private final String text;
        private final long least;
        private final long most;

        Shape(String text, long least, long most) {
            this.text = text;
            this.least = least;
            this.most = most;
        }

        /** How a usage line calls it. */
        public String text() {
            return text;
        }

        long least() {
            return least;
        }

        long most() {
            return most;
        }

        boolean isOfVms() {
            return this == VMS || this == VM_SETS;
        }

        boolean isOfHosts() {
            return this == HOSTS || this == HOST_GROUPS;
        }

        boolean isAmount() {
            return this == AMOUNT || this == FACTOR || this == COUNT || this == DURATION;
        }
    }

    private final String word;
    private final Manner manner;

    @SuppressWarnings("ImmutableEnumChecker") // it is, as List.of makes it
    private final List<Shape> shapes;

    Vocabulary(String word, Manner manner, Shape... shapes) {
        this.word = word;
        this.manner = manner;
        this.shapes = List.of(shapes);
    }

    public String word() {
        return word;
    }

    /** What it takes, in the order in which it is written. */
    public List<Shape> shapes() {
        return shapes;
    }

    Manner manner() {
        return manner;
    }

    /** How it holds where nothing is said. */
    public Constraint.When whenUnsaid() {
        return manner == Manner.ALWAYS ? Constraint.When.CONTINUOUS : Constraint.When.DISCRETE;
    }

    /** As in "ban(VMs, HOSTS)". */
    public String usage() {
        return shapes.stream().map(Shape::text).collect(Collectors.joining(", ", word + "(", ")"));
    }

    /** The constraint that is written so; older words for the same are known too. */
    public static Optional<Vocabulary> of(String written) {
        String word = switch (written) {
            case "latency", "oneOf" -> AMONG.word;
            case "capacity" -> RUNNING_CAPACITY.word;
            default -> written;
        };
        return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
    }
}
