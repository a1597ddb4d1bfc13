package io.godwit.schedulers.constraints.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConstraintScriptTest {
    private static final When DISCRETE = When.DISCRETE;
    private static final When CONTINUOUS = When.CONTINUOUS;

    /** VMs v1 to v12 called vm-1 to vm-12, hosts h01 to h08 in racks r1 and r2, and some names that two share. */
    private static final KnownNames NAMES = names();

    private static KnownNames names() {
        TreeMap<String, String> vms = new TreeMap<>();
        for (int vm = 1; vm <= 12; vm++) {
            vms.put("v" + vm, "vm-" + vm);
        }
        vms.put("u1", "twin");
        vms.put("u2", "twin");
        vms.put("u3", "both");
        vms.put("odd id", "a \"quoted\" name");
        TreeMap<String, String> hosts = new TreeMap<>();
        for (int host = 1; host <= 8; host++) {
            hosts.put("id-h0" + host, "a/r" + (host <= 4 ? 1 : 2) + "/h0" + host);
        }
        hosts.put("id-both", "a/r2/both");
        hosts.put("id-x1", "a/r1/x");
        hosts.put("id-x2", "a/r2/x");
        return new KnownNames(vms, hosts);
    }

    @Test
    void every_word_of_the_vocabulary_becomes_its_constraint() {
        String script = """
            # the web tier
            $web = {vm-1, vm-2} + vm-[7..9];   // by name
            $R1 = h[01..02]; $R2 = {a/r2/h05, id-h06}; /* by label
                                                         and id */
            ban(vm-1, $R1);
            fence($web, $R1 + $R2);
            spread($web);
            continuous gather({vm-1, vm-2});
            among(vm-[1..2], {$R1, $R2});
            split({{vm-1, vm-2}, {vm-3}});
            splitAmong({vm-[1..2], vm-[3..4]}, {$R1, $R2});
            lonely({vm-1}); root(vm-2);
            quarantine(h03);
            preserve(vm-1, cpu, 1.5 cores);
            overbook($R1, memory, 1.25);
            resourceCapacity($R1, network, 100 MiB/s);
            discrete runningCapacity($R1, 40);
            maxOnline($R1, 1);
            online(h01); offline({h02});
            seq({vm-3, vm-1, vm-2});
            precedence(vm-1, vm-[2..3]);
            serialize(vm-[1..3]); sync(vm-[1..2]);
            deadline(vm-1, 10m);
            """;
        List<String> web = List.of("v1", "v2", "v7", "v8", "v9");
        List<String> r1 = List.of("id-h01", "id-h02");
        List<String> r2 = List.of("id-h05", "id-h06");
        List<String> two = List.of("v1", "v2");
        List<Constraint> expected = List.of(
                new Constraint.Ban(List.of("v1"), r1, DISCRETE),
                new Constraint.Fence(web, List.of("id-h01", "id-h02", "id-h05", "id-h06"), DISCRETE),
                new Constraint.Spread(web, DISCRETE),
                new Constraint.Gather(two, CONTINUOUS),
                new Constraint.Among(two, List.of(r1, r2), DISCRETE),
                new Constraint.Split(List.of(two, List.of("v3")), DISCRETE),
                new Constraint.SplitAmong(List.of(two, List.of("v3", "v4")), List.of(r1, r2), DISCRETE),
                new Constraint.Lonely(List.of("v1"), DISCRETE),
                new Constraint.Root(List.of("v2")),
                new Constraint.Quarantine(List.of("id-h03")),
                new Constraint.Preserve(List.of("v1"), Resource.CPU, 1500),
                new Constraint.Overbook(r1, Resource.MEMORY, 1250, DISCRETE),
                new Constraint.ResourceCapacity(r1, Resource.NETWORK, 100L << 20, DISCRETE),
                new Constraint.RunningCapacity(r1, 40, DISCRETE),
                new Constraint.MaxOnline(r1, 1, DISCRETE),
                new Constraint.Online(List.of("id-h01")),
                new Constraint.Offline(List.of("id-h02")),
                new Constraint.Seq(List.of("v3", "v1", "v2")),
                new Constraint.Precedence(List.of("v1"), List.of("v2", "v3")),
                new Constraint.Serialize(List.of("v1", "v2", "v3")),
                new Constraint.Sync(two),
                new Constraint.Deadline(List.of("v1"), 600_000));
        assertEquals(expected, understood(script));
        assertEquals(
                Arrays.stream(Vocabulary.values())
                        .map(Vocabulary::word)
                        .sorted()
                        .toList(),
                expected.stream()
                        .map(ConstraintScript::print)
                        .map(line -> line.replaceFirst("^continuous ", "").replaceFirst("\\(.*", ""))
                        .distinct()
                        .sorted()
                        .toList(),
                "a word that this test leaves out");
    }

    @Test
    void older_words_mean_the_same() {
        assertEquals(understood("among(vm-1, {{h01}, {h02}});"), understood("latency(vm-1, {{h01}, {h02}});"));
        assertEquals(understood("among(vm-1, {{h01}, {h02}});"), understood("oneOf(vm-1, {{h01}, {h02}});"));
        assertEquals(understood("runningCapacity(h01, 3);"), understood("capacity(h01, 3);"));
        assertEquals(understood("online($ALL_HOSTS);"), understood("online($ALL_NODES);"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {h01, h02} - {id-h01}                 | id-h02
        $ALL_HOSTS - h[01..08] - x1           |
        rack(r2) - {a/r2/both, a/r2/x}        | id-h05 id-h06 id-h07 id-h08
        rack(a/r1) - (h[01..03] + a/r1/x)     | id-h04
        h[01, 03..04]                         | id-h01 id-h03 id-h04
        {{{h01}}, h01, a/r1/h01}              | id-h01
        "h01"                                 | id-h01
        """)
    void sets_are_joined_and_taken_away_by_what_they_mean(String set, String hosts) {
        if (hosts == null) {
            assertTrue(refused("offline(" + set + ");").contains("\"x1\""), "id-x1 is an id, x1 is nothing");
            return;
        }
        assertEquals(List.of(new Constraint.Offline(List.of(hosts.split(" ")))), understood("offline(" + set + ");"));
    }

    @Test
    void racks_are_groups_of_hosts() {
        Constraint.Among among = (Constraint.Among)
                understood("among(vm-1, $ALL_RACKS - rack(r1));").getFirst();
        assertEquals(List.of(List.of("id-both", "id-h05", "id-h06", "id-h07", "id-h08", "id-x2")), among.groups());
    }

    @Test
    void a_name_that_a_vm_and_a_host_share_means_what_the_place_takes() {
        assertEquals(
                List.of(new Constraint.Ban(List.of("u3"), List.of("id-both"), DISCRETE)),
                understood("ban(both, both);"));
        assertEquals(List.of(new Constraint.Root(List.of("odd id"))), understood("root(\"a \\\"quoted\\\" name\");"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        sprad(vm-1);                           | 1:1  | did you mean spread?
        spread(vm-13);                         | 1:8  | no VM or host is called "vm-13"; did you mean vm-1?
        spread(VM-7);                          | 1:8  | did you mean vm-7?
        spread(twin);                          | 1:8  | 2 VMs are called "twin" (u1, u2)
        offline(x);                            | 1:9  | 2 hosts are called "x" (id-x1, id-x2)
        spread(h01);                           | 1:8  | "h01" is a host; spread takes VMs here
        ban(vm-1, vm-2);                       | 1:11 | "vm-2" is a VM; ban takes hosts here
        ban(vm-1);                             | 1:9  | found ")" where "," between what ban takes; it is written ban(VMs, HOSTS)
        spread(vm-1, vm-2);                    | 1:12 | found "," where ")" after all that spread takes
        spread(vm-1)                           | 1:13 | found the end of the script where ";"
        spread($wbe); $web = {vm-1};           | 1:8  | $wbe is not set before this
        $web = vm-1; spread($wbe);             | 1:21 | did you mean $web?
        $a = vm-1; $a = vm-2;                  | 1:12 | is set on line 1 already
        $ALL_VMS = vm-1;                       | 1:1  | is given and cannot be set
        spread({});                            | 1:1  | spread has a set of VMs that is empty
        spread(vm-[1..1000000000]);            | 1:12 | has 1000000000 names; give at most 10000
        spread(vm-[1..99999999999999999999]);  | 1:15 | a whole number of at most 18 digits
        spread(vm-[3..1]);                     | 1:12 | write the smaller number first
        spread({{{{{{{{{{{{{{{{{vm-1}}}}}}}}}}}}}}}}}); | 1:24 | nested deeper than 16
        continuous root(vm-1); discrete root(vm-1); | 1:33 | root always holds on the way too
        continuous online(h01);                | 1:12 | judged in the end state alone
        continuous;                            | 1:11 | found ";" where a constraint
        among(vm-1, {h01, h02});               | 1:13 | takes a set of sets of hosts here
        split({{vm-1, vm-2}});                 | 1:1  | give two or more
        split({{vm-1, vm-2}, {vm-2}});         | 1:1  | names VM v2 in two sets
        seq({vm-1, vm-2, v1});                 | 1:18 | stands twice in a seq
        precedence(vm-1, vm-[1..2]);           | 1:1  | names VM v1 in two sets
        preserve(vm-1, cup, 2 cores);          | 1:16 | did you mean cpu?
        preserve(vm-1, cpu, 2);                | 1:21 | write 2 cores or 1500mc
        preserve(vm-1, cpu, 1.5mc);            | 1:21 | is no amount of CPU
        preserve(vm-1, memory, 2 GB);          | 1:24 | a unit of B, KiB, MiB, GiB, TiB
        preserve(vm-1, disk, 2 GiB);           | 1:22 | write a size per second
        preserve(vm-1, memory, 5000 TiB);      | 1:1  | give 0 to 4503599627370496
        overbook(h01, cpu, 0);                 | 1:1  | give 1 to 100000
        overbook(h01, cpu, 1.2345);            | 1:20 | write one as in 1.5
        runningCapacity(h01, 2.5);             | 1:22 | write one as in 40
        runningCapacity(h01, 1000001);         | 1:1  | give 0 to 1000000
        deadline(vm-1, 31d);                   | 1:1  | give 1 to 2592000000
        deadline(vm-1, soon);                  | 1:16 | is no duration
        offline(rack(r3));                     | 1:14 | no rack is called "r3"; did you mean r1?
        spread(vm-1); /* and so on             | 1:15 | this comment has no end
        root("vm-1);                           | 1:6  | no closing quote
        root(vm-1) & root(vm-2);               | 1:12 | the character "&" has no meaning here
        $ = vm-1;                              | 1:1  | $ needs a name after it
        ;;; = 3;                               | 1:5  | a constraint or $NAME = …
        """)
    void what_is_wrong_is_told_with_its_place_and_the_remedy(String script, String place, String message) {
        String told = refused(script);
        assertEquals(1, told.lines().count(), told);
        assertTrue(told.startsWith(place + " "), told);
        assertTrue(told.contains(message), told);
    }

    @Test
    void all_faults_of_a_script_are_told_at_once_by_line_and_column_and_nothing_is_understood() {
        assertEquals("""
            2:9 no constraint is called "sprd"; did you mean spread?
            4:1 found "root" where ";" at the end of the statement was expected
            4:6 no VM or host is called "vm-99"; did you mean vm-9?
            5:14 found ")" where a set or a name was expected\
            """, refused("""
                $web = {vm-1, vm-2};
                \tspread($web); sprd($web);
                spread($web)
                root(vm-99);
                gather({$web,);
                lonely($web);
                """.replace("\tspread($web); ", "        ")));
    }

    @Test
    void a_fault_in_a_variable_is_told_once_and_not_again_where_it_is_used() {
        assertEquals(
                1,
                refused("$a = {vm-1, vm-77}; $b = $a + vm-2; spread($b); gather($a); ban($b - vm-1, h01);")
                        .lines()
                        .count());
    }

    @Test
    void places_count_lines_of_every_system() {
        assertTrue(refused("spread(vm-1);\r\n/* two\r lines */\n x();").startsWith("4:2 "));
        assertEquals(List.of(new Constraint.Root(List.of("v1"))), understood("\uFEFFroot(vm-1);"));
    }

    @Test
    void a_script_full_of_faults_tells_as_many_as_a_person_reads() {
        String told = refused("nonsense(x);\n".repeat(100_000 / 2));
        assertEquals(50, told.lines().count());
        assertTrue(told.endsWith("(no more than 50 faults are told at once)"), told);
        assertTrue(refused(" ".repeat(ConstraintScript.TEXT_MAX + 1)).contains("give at most 1048576"));
    }

    @Test
    void names_that_grow_through_variables_are_bounded() {
        StringBuilder script = new StringBuilder("$x0 = {vm-1};\n");
        for (int line = 1; line <= 100; line++) {
            script.append("$x%d = $x%d + $x%d;%n".formatted(line, line - 1, line - 1));
        }
        String told = refused(script.toString());
        assertTrue(told.contains("handles more than 2000000 names"), told);
        assertEquals(1, told.lines().count(), told);
    }

    @Test
    void without_an_inventory_each_name_stands_for_itself() {
        assertEquals(
                new Reading.Understood(
                        List.of(new Constraint.Fence(List.of("$ALL_VMS"), List.of("n1", "n2"), DISCRETE))),
                ConstraintScript.read("fence($ALL_VMS, n[1..2]);", new NamesAsWritten()));
    }

    @Test
    void a_range_that_is_written_with_zeros_keeps_them() {
        assertEquals(
                List.of(new Constraint.Root(List.of("n08", "n09", "n10", "n8", "n9", "n10x")))
                        .toString(),
                ((Reading.Understood) ConstraintScript.read("root(n[08..10] + n[8..9] + n10x);", new NamesAsWritten()))
                        .constraints()
                        .toString());
    }

    @Test
    void the_page_for_operators_keeps_its_word() throws IOException {
        Path file = Path.of("docs", "constraints.md");
        String page = Files.readString(Files.exists(file) ? file : Path.of("..").resolve(file));

        String example = page.substring(page.indexOf("# web.constraints"), page.indexOf("```", page.indexOf("$web")));
        assertEquals(5, understood(example).size());
        for (Vocabulary word : Vocabulary.values()) {
            assertTrue(page.contains("`" + word.word() + "("), word.word() + " is not told");
        }
        List<MatchResult> told = Pattern.compile("\\| `([^`]*;)` \\| `(\\d+:\\d+): ([^`]*)` \\|")
                .matcher(page)
                .results()
                .toList();
        assertEquals(7, told.size());
        told.forEach(row -> assertEquals(row.group(2) + " " + row.group(3), refused(row.group(1))));
    }

    private static List<Constraint> understood(String script) {
        return switch (ConstraintScript.read(script, NAMES)) {
            case Reading.Understood understood -> understood.constraints();
            case Reading.Refused refused -> throw new AssertionError(refused);
        };
    }

    /** "line:column message" for each fault. */
    private static String refused(String script) {
        return switch (ConstraintScript.read(script, NAMES)) {
            case Reading.Understood understood -> throw new AssertionError(understood);
            case Reading.Refused refused ->
                refused.faults().stream()
                        .map(fault -> fault.line() + ":" + fault.column() + " " + fault.message())
                        .collect(Collectors.joining("\n"));
        };
    }
}
