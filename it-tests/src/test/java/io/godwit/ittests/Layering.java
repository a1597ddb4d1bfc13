package io.godwit.ittests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which class may use which: the arrows between modules, who may import which library, and what a pure package may touch.
 * All packages are relative to a root, so that the rules can be tried on planted faults under another root.
 */
final class Layering {
    private static final String SCHEMAS = "schemas";

    /** From a module to the packages of other modules that it may use; DESIGN.md, section 2, draws the picture. */
    private static final Map<String, List<String>> ARROWS = Map.of(
            SCHEMAS,
            List.of(),
            "monitors",
            List.of(SCHEMAS),
            "ceprules",
            List.of(SCHEMAS),
            "schedulers",
            List.of(SCHEMAS),
            "executors",
            List.of(SCHEMAS, "monitors.hosts.libvirt", "monitors.hosts.simulated"),
            "overlaysync",
            List.of(SCHEMAS),
            "ops",
            List.of(SCHEMAS, "monitors", "ceprules", "schedulers", "executors", "overlaysync"),
            "ittests",
            List.of(SCHEMAS, "monitors", "ceprules", "schedulers", "executors", "overlaysync", "ops"));

    private static final Set<String> SERVICES =
            Set.of("monitors", "ceprules", "schedulers", "executors", "overlaysync");

    /** What lives through a past that was recorded or made up, and must not reach what is there. */
    private static final List<String> OF_THE_PAST =
            List.of("ops.simulate", "ops.backtest", "ops.whatif", "schedulers.replay");

    /** Pure packages, each with what it may use besides java.*, schemas and itself. */
    private static final Map<String, List<String>> PURE = Map.of(
            "schedulers.constraints", List.of(),
            "schedulers.planner", List.of("io.godwit.schedulers.constraints", "org.chocosolver"),
            // the planner is as pure; events are Avro's; settings that decisions read stand in the log as JSON
            "schedulers.partition",
                    List.of(
                            "io.godwit.schedulers.constraints",
                            "io.godwit.schedulers.planner",
                            "org.apache.avro",
                            "com.fasterxml.jackson"),
            "executors.migration", List.of(),
            "overlaysync.vivaldi", List.of(),
            "ops.words", List.of("org.apache.avro"),
            // readings, descriptions and events are values of the ports beside it
            "monitors.hosts.simulated.model", List.of("io.godwit.monitors.hosts"));

    /** Parts of java.* through which the world gets into a decision. */
    private static final List<String> IMPURE_PACKAGES =
            List.of("java.net", "java.nio.file", "java.nio.channels", "java.sql", "java.lang.foreign");

    private static final Set<String> IMPURE_CLASSES = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.util.Random",
            "java.util.Timer",
            "java.security.SecureRandom",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.ScheduledExecutorService",
            "java.util.concurrent.ThreadLocalRandom");

    private static final Set<String> IMPURE_CALLS = Set.of(
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.getProperty",
            "java.lang.System.getenv",
            "java.lang.System.identityHashCode",
            "java.lang.System.nanoTime",
            "java.util.UUID.randomUUID",
            "java.util.Collections.shuffle",
            "java.util.Collection.parallelStream");

    private final String root;

    Layering(String root) {
        this.root = root;
    }

    /** The wrong arrows among the classes, each as one line that says from where, to where, and why not; sorted. */
    Set<String> wrongArrows(JavaClasses classes) {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : classes) {
            if (!from.getPackageName().startsWith(root)) {
                continue;
            }
            if (!ARROWS.containsKey(module(from))) {
                wrong.add("%s is in no module: the modules are %s"
                        .formatted(from.getName(), new TreeSet<>(ARROWS.keySet())));
                continue;
            }
            from.getDirectDependenciesFromSelf().stream()
                    .flatMap(dependency -> faults(from, dependency).stream())
                    .forEach(wrong::add);
            if (pureHome(from).isPresent()) {
                from.getAccessesFromSelf().stream()
                        .flatMap(access -> impureCall(from, access).stream())
                        .forEach(wrong::add);
            }
        }
        return wrong;
    }

    private List<String> faults(JavaClass from, Dependency dependency) {
        JavaClass to = dependency.getTargetClass().getBaseComponentType();
        if (to.isPrimitive()) {
            return List.of();
        }
        return Stream.of(wrongModule(from, to), wrongLibrary(from, to), impure(from, to))
                .flatMap(Optional::stream)
                .map(why -> "%s → %s (%s): %s".formatted(from.getName(), to.getName(), where(dependency), why))
                .toList();
    }

    private Optional<String> wrongModule(JavaClass from, JavaClass to) {
        if (!isOurs(to) || module(from).equals(module(to))) {
            return Optional.empty();
        }
        List<String> allowed = ARROWS.get(module(from));
        return isInAny(to, allowed.stream().map(this::ours).toList())
                ? Optional.empty()
                : Optional.of("no arrow %s → %s; %s may use %s"
                        .formatted(
                                module(from),
                                module(to),
                                module(from),
                                allowed.isEmpty() ? "no other module" : allowed));
    }

    private Optional<String> wrongLibrary(JavaClass from, JavaClass to) {
        if (isIn(to, "com.espertech") && !module(from).equals("ceprules")) {
            return Optional.of("only ceprules may use Esper (GPL-2.0, docs/licences.md)");
        }
        if ((isIn(to, "org.libvirt") || isIn(to, "com.sun.jna")) && !hasPart(from, "libvirt")) {
            return Optional.of("only packages named libvirt may use libvirt and JNA");
        }
        if (isIn(to, "org.apache.kafka")
                && SERVICES.contains(module(from))
                && !hasPart(from, "kafka")
                && !hasPart(from, "mirror") // is nothing but Kafka's own MirrorMaker, set up
                && !isShell(from)) {
            return Optional.of("only packages named kafka and the shells (*Service, *Main, *Topology) may use Kafka");
        }
        Optional<String> ofThePast =
                OF_THE_PAST.stream().filter(home -> isIn(from, ours(home))).findFirst();
        if (ofThePast.isPresent()
                && (isIn(to, "org.apache.kafka")
                        || isIn(to, ours("schemas.kafka"))
                        || isIn(to, ours("executors.libvirt"))
                        || isIn(to, ours("monitors.hosts.libvirt")))) {
            return Optional.of(ofThePast.get() + " reaches no region: neither Kafka nor libvirt");
        }
        return Optional.empty();
    }

    private Optional<String> impure(JavaClass from, JavaClass to) {
        return pureHome(from).flatMap(home -> {
            boolean allowed =
                    isIn(to, "java") || isIn(to, ours(SCHEMAS)) || isIn(to, ours(home)) || isInAny(to, PURE.get(home));
            boolean world = isInAny(to, IMPURE_PACKAGES) || IMPURE_CLASSES.contains(to.getName());
            return allowed && !world
                    ? Optional.empty()
                    : Optional.of("%s is pure: java.*, schemas%s, and neither clock, chance, thread nor file"
                            .formatted(home, PURE.get(home).isEmpty() ? "" : ", " + String.join(", ", PURE.get(home))));
        });
    }

    /** Calls that read a clock or chance through a class which is harmless otherwise: {@code Instant.now()}. */
    private Optional<String> impureCall(JavaClass from, JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String call = owner.getName() + "." + access.getTarget().getName();
        boolean readsClock = owner.getPackageName().equals("java.time")
                && (access.getTarget().getName().equals("now") || call.startsWith("java.time.Clock.system"));
        boolean seedless = access instanceof JavaConstructorCall constructor
                && owner.getName().equals("java.util.SplittableRandom")
                && constructor.getTarget().getRawParameterTypes().isEmpty();
        return readsClock || seedless || IMPURE_CALLS.contains(call)
                ? Optional.of("%s → %s (%s): %s is pure: time, seeds and ids arrive as inputs"
                        .formatted(
                                from.getName(),
                                call,
                                from.getSimpleName() + ":" + access.getLineNumber(),
                                pureHome(from).orElseThrow()))
                : Optional.empty();
    }

    /** The part of the package after the root, up to the next dot; empty for a class in the root itself. */
    private String module(JavaClass type) {
        String rest = type.getPackageName().substring(root.length());
        return rest.isEmpty() ? "" : rest.substring(1).split("\\.", 2)[0];
    }

    private Optional<String> pureHome(JavaClass type) {
        return PURE.keySet().stream().filter(home -> isIn(type, ours(home))).findFirst();
    }

    private boolean isOurs(JavaClass type) {
        return isIn(type, root);
    }

    private String ours(String relative) {
        return root + "." + relative;
    }

    private static boolean isIn(JavaClass type, String home) {
        return (type.getPackageName() + ".").startsWith(home + ".");
    }

    private static boolean isInAny(JavaClass type, Collection<String> homes) {
        return homes.stream().anyMatch(home -> isIn(type, home));
    }

    private boolean hasPart(JavaClass type, String part) {
        return (type.getPackageName().substring(root.length()) + ".").contains("." + part + ".");
    }

    private static boolean isShell(JavaClass type) {
        JavaClass outermost = type;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        String name = outermost.getSimpleName();
        return name.endsWith("Service") || name.endsWith("Main") || name.endsWith("Topology");
    }

    /** {@code File.java:12}, taken from the end of ArchUnit's own description. */
    private static String where(Dependency dependency) {
        String description = dependency.getDescription();
        int open = description.lastIndexOf('(');
        return open < 0
                ? dependency.getOriginClass().getSimpleName()
                : description.substring(open + 1).replace(")", "");
    }
}
