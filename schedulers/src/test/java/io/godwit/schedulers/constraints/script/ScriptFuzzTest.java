package io.godwit.schedulers.constraints.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.constraints.Vocabulary;
import io.godwit.schedulers.constraints.Vocabulary.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever the text: constraints that can be printed and read again, or faults that each have a place in it. */
final class ScriptFuzzTest {
    private static final int SEEDS = Integer.getInteger("godwit.fuzz.scripts", 3_000);
    private static final Names AS_WRITTEN = new NamesAsWritten();
    private static final Names KNOWN = known();
    private static final List<Vocabulary> WORDS = List.of(Vocabulary.values());
    private static final List<Resource> RESOURCES = List.of(Resource.values());
    private static final List<String> PIECES = List.of(
            "spread",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            ",",
            ";",
            "=",
            "+",
            "-",
            "$a",
            "$b",
            "$ALL_VMS",
            "$ALL_RACKS",
            "vm-1",
            "vm-",
            "h1",
            "1..9",
            "01",
            "..",
            "999999999999",
            "continuous ",
            "among",
            "preserve",
            "cpu",
            "2 cores",
            "1.5",
            "\"",
            "\\",
            "/*",
            "*/",
            "//",
            "#",
            "\n",
            "\r\n",
            "\0",
            "é",
            "😀",
            "\uD800",
            "rack(r1)");

    private static Names known() {
        TreeMap<String, String> vms = new TreeMap<>();
        TreeMap<String, String> hosts = new TreeMap<>();
        for (int number = 1; number <= 20; number++) {
            vms.put("id-" + number, "vm-" + number);
            hosts.put("host-" + number, "a/r" + number % 3 + "/h" + number);
        }
        return new KnownNames(vms, hosts);
    }

    @Test
    void random_bytes_are_refused_with_places_or_mean_something() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            check(new String(bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1), seed);
        }
    }

    @Test
    void random_pieces_are_refused_with_places_or_mean_something() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int piece = random.nextInt(60); piece > 0; piece--) {
                text.append(any(PIECES, random));
            }
            check(text.toString(), seed);
        }
    }

    @Test
    void mutated_scripts_are_refused_with_places_or_mean_something() {
        int understood = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(ConstraintScript.print(constraints(random)));
            for (int change = random.nextInt(4); change > 0 && !text.isEmpty(); change--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, any(PIECES, random));
                    default -> text.setCharAt(at, text.charAt(random.nextInt(text.length())));
                }
            }
            understood += check(text.toString(), seed) ? 1 : 0;
        }
        assertTrue(understood > SEEDS / 5 && understood < SEEDS, "understood " + understood + " of " + SEEDS);
    }

    @Test
    void what_is_printed_means_the_same_when_it_is_read_and_so_does_what_the_log_keeps() {
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Constraint> constraints = constraints(new Random(seed));
            String text = ConstraintScript.print(constraints);
            assertEquals(new Reading.Understood(constraints), ConstraintScript.read(text, AS_WRITTEN), "seed " + seed);
            assertEquals(
                    constraints,
                    constraints.stream()
                            .map(constraint ->
                                    Form.of(Form.of(constraint).stated()).constraint())
                            .toList(),
                    "seed " + seed);
        }
    }

    /** True where it was understood. */
    private static boolean check(String text, long seed) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        Reading known = ConstraintScript.read(text, KNOWN);
        for (Reading reading : List.of(ConstraintScript.read(text, AS_WRITTEN), known)) {
            switch (reading) {
                case Reading.Understood understood -> {
                    String printed = ConstraintScript.print(understood.constraints());
                    assertEquals(reading, ConstraintScript.read(printed, AS_WRITTEN), "seed " + seed + ": " + text);
                }
                case Reading.Refused refused -> {
                    assertFalse(refused.faults().isEmpty(), "seed " + seed);
                    for (Fault fault : refused.faults()) {
                        assertTrue(
                                fault.line() >= 1 && fault.line() <= lines.length,
                                "seed " + seed + ": " + fault + " in " + text);
                        assertTrue(
                                fault.column() >= 1 && fault.column() <= lines[fault.line() - 1].length() + 1,
                                "seed " + seed + ": " + fault + " in " + text);
                        assertFalse(fault.message().isBlank(), "seed " + seed);
                    }
                }
            }
        }
        return ConstraintScript.read(text, AS_WRITTEN) instanceof Reading.Understood;
    }

    private static List<Constraint> constraints(Random random) {
        return IntStream.range(0, 1 + random.nextInt(5))
                .mapToObj(_ -> constraint(random))
                .toList();
    }

    private static Constraint constraint(Random random) {
        Vocabulary word = any(WORDS, random);
        List<List<String>> vms = new ArrayList<>();
        List<List<String>> hosts = new ArrayList<>();
        Optional<Resource> resource = Optional.empty();
        long amount = 0;
        int next = 0; // names are told apart by it, so that no two sets overlap
        for (Shape shape : word.shapes()) {
            switch (shape) {
                case VMS -> vms.add(ids(random, next += 10));
                case HOSTS -> hosts.add(ids(random, next += 10));
                case VM_SETS -> {
                    vms.add(ids(random, next += 10));
                    vms.add(ids(random, next += 10));
                }
                case HOST_GROUPS -> {
                    hosts.add(ids(random, next += 10));
                    hosts.add(ids(random, next += 10));
                }
                case RESOURCE -> resource = Optional.of(any(RESOURCES, random));
                case AMOUNT -> amount = random.nextLong(1L << 52);
                case FACTOR, COUNT, DURATION -> amount = 1L + random.nextInt(100_000);
            }
        }
        When when = word.whenUnsaid();
        try {
            When other = when == When.DISCRETE ? When.CONTINUOUS : When.DISCRETE;
            return new Form(word, random.nextBoolean() ? other : when, vms, hosts, resource, amount).constraint();
        } catch (IllegalArgumentException onlyOneManner) {
            return new Form(word, when, vms, hosts, resource, amount).constraint();
        }
    }

    private static <T> T any(List<T> things, Random random) {
        return things.get(random.nextInt(things.size()));
    }

    private static List<String> ids(Random random, int from) {
        List<String> odd = List.of("", " ", "\"", "\\", "\n", "é", "-", "..", "$x", "//", "3f25-04e0/");
        return IntStream.rangeClosed(1, 1 + random.nextInt(4))
                .mapToObj(number -> "x" + (from + number) + (random.nextInt(4) == 0 ? any(odd, random) : ""))
                .toList();
    }
}
