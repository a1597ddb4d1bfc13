package io.godwit.ceprules.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.engine.RuleCheck.Admitted;
import io.godwit.ceprules.engine.RuleCheck.Answer;
import io.godwit.ceprules.engine.RuleCheck.Refused;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RuleCheckTest {
    private static final String HEAD = "// name: mine\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select hostId, count(*) as value from HostLoss#time(60 sec) group by rack having count(*) >= 3 | true",
                "select hostId, sum(vms) as value from HostSample#unique(hostId)#time(60 sec) | true",
                "select hostId, vmId, count(*) as value from VmNews#time(10 min) group by vmId | true",
                "select hostId, vmId, count(*) as value from VmNews#time(10 min) group by hostId, vmId | false",
                "select s.hostId as hostId, avg(s.vms) as value from HostSample#time(60 sec) as s group by s.hostId |"
                        + " false",
                "select hostId, vms as value from HostSample(vms > 3) | false"
            })
    void what_is_counted_over_several_hosts_is_told(String statement, boolean overHosts) {
        Admitted admitted = (Admitted) RuleCheck.check(HEAD + statement);
        assertEquals(overHosts, admitted.uses().getFirst().overHosts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select hostId, cpuDemandMillicores as value from HostSample(cpuDemandMillicores > 7000)",
                "select hostId, avg(cpuDemandMillicores) as value from HostSample#time(60 sec) group by hostId having"
                        + " avg(cpuDemandMillicores) > 7000",
                "select hostId, count(*) as value from VmNews(change in ('FAILED', 'CRASHED'))#time(10 min) group by"
                        + " hostId having count(*) >= 3",
                "@name('x') @Description('y') select e.hostId as hostId from HostSample#unique(hostId)#time(30 sec) as"
                        + " e where e.vms > 20",
                "select hostId, case when vms > 10 then 1 else 0 end as value from HostSample where monitor like"
                        + " 'monitor-%' and not (vms between 1 and 3)",
                "select hostId from HostLoss",
                "select b.hostId as hostId from pattern [every a=HostSample(vms > 9) -> b=HostSample(hostId ="
                        + " a.hostId, vms > a.vms) where timer:within(1 min)]",
                "select a.hostId as hostId from pattern [every a=HostLoss -> (timer:interval(20 sec) and not"
                        + " HostSample(hostId = a.hostId) and not Probe(hostId = a.hostId, answered = true))]",
                "select a.hostId as hostId from pattern [every a=HostLoss -> (HostSample(hostId = a.hostId) or"
                        + " Probe(hostId = a.hostId)) where timer:within(20 sec)]",
                "select l.hostId as hostId from HostLoss as l unidirectional, HostSample#unique(hostId)#time(1 min) as"
                        + " s where s.vms > 3 and s.hostId = l.hostId",
                "select hostId, more from HostSample#time(1 min) match_recognize (partition by hostId measures B.hostId"
                        + " as hostId, B.vms as more after match skip to next row pattern (A B) define B as B.vms >"
                        + " A.vms)"
            })
    void what_only_looks_is_admitted(String statement) {
        Answer answer = RuleCheck.check(HEAD + statement);
        assertInstanceOf(Admitted.class, answer, answer::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inlined_class \"\"\" public class A { public static String go() {"
                        + " System.setProperty(\"godwit.hacked\", \"1\"); return \"\"; } } \"\"\" select hostId, A.go()"
                        + " from HostSample",
                "create inlined_class \"\"\" public class A { } \"\"\"",
                "expression string js:f(a) [ a ] select hostId, f(hostId) from HostSample",
                "create expression string mvel:f(a) [ a ]",
                "select hostId, System.setProperty('godwit.hacked', '1') from HostSample",
                "select hostId, java.lang.System.setProperty('godwit.hacked', '1') from HostSample",
                "select hostId from HostSample(java.lang.System.setProperty('godwit.hacked', '1') is null)",
                "select hostId, java.lang.Runtime.getRuntime().exec('true') from HostSample",
                "import java.lang.*; select hostId, System.setProperty('godwit.hacked', '1') from HostSample",
                "select hostId from HostSample#length(java.lang.Integer.parseInt('5'))",
                "select hostId, new java.io.File('x') from HostSample",
                "select hostId, new ProcessBuilder('x') from HostSample",
                "create schema S as java.io.File",
                "create schema S(f java.io.File)",
                "create variable java.io.File f",
                "create constant variable string s = java.lang.System.setProperty('godwit.hacked', '1')",
                "select hostId, hostId.getClass().forName('java.lang.System').getMethod('exit') from HostSample",
                "select e.hostId as hostId, e.getClass().getProtectionDomain() from HostSample as e",
                "select hostId, hostId.class from HostSample",
                "select hostId, current_evaluation_context().getRuntimeURI() from HostSample",
                "@Hook(hook='java.lang.Object', type=HookType.SQLCOL) select hostId from HostSample",
                "@java.lang.Deprecated select hostId from HostSample",
                "@Drop @Priority(10) select hostId from HostSample",
                "select a.hostId as hostId from HostSample as a, method:java.lang.System.getenv() as b",
                "select a.hostId as hostId from HostSample#time(1 sec) as a, sql:db ['select 1'] as b",
                "create dataflow D BeaconSource -> out {}",
                "insert into HostSample select * from HostSample",
                "insert into Other select hostId from HostSample",
                "update istream HostSample set vms = 0",
                "on HostSample as s select s.hostId as hostId from HostSample#time(1 sec)",
                "create table T(a string primary key)",
                "create window W#keepall as HostSample",
                "create context C partition by hostId from HostSample",
                "context C select hostId from HostSample",
                "select * from HostSample",
                "select irstream hostId, prior(1, vms) from HostSample",
                "select hostId, (select vms from HostSample#time(1 sec)) from HostSample",
                "select hostId from HostSample where hostId regexp '(a+)+b'",
                "select a.hostId as hostId from HostSample#time(1 hour) as a, HostSample#time(1 hour) as b",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample]",
                "select hostId from HostSample match_recognize (measures A.hostId as hostId pattern (A) define A as"
                        + " A.vms > 1)",
                "select hostId from HostSample output every 5 sec",
                "select hostId from HostSample for grouped_delivery(hostId)",
                "select hostId, overloaded from HostSample",
                "select hostId from VmSeen",
                "select hostId, say('x') from HostSample",
                "select l.hostId as hostId from HostLoss as l unidirectional, sql:db ['select 1'] as b",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=VmSeen(hostId = a.hostId) where"
                        + " timer:within(1 sec)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(hostId = a.hostId, monitor"
                        + " regexp '(a+)+') where timer:within(1 sec)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> timer:at(*, *, *, *, *)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> timer:schedule(period: 1 sec)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(hostId = a.hostId) while"
                        + " (a.vms > 1)]",
                "select hostId from pattern [every a=HostSample(a.class.name = 'x')]",
                "@SuppressOverlappingMatches select a.hostId as hostId from pattern [every a=HostSample]",
                "select hostId, x from HostSample#time(1 min) match_recognize (partition by hostId measures A.hostId as"
                        + " hostId, System.getenv('x') as x after match skip to next row pattern (A) define A as true)",
                "uses other; select hostId from HostSample"
            })
    void what_could_run_code_or_reach_others_is_refused(String statement) {
        Answer answer = RuleCheck.check(HEAD + statement);
        Refused refused = assertInstanceOf(Refused.class, answer, answer::toString);
        assertTrue(refused.line() >= 2 || refused.line() == 1, refused::toString);
        assertNull(System.getProperty("godwit.hacked"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select hostId from HostSample#keepall",
                "select hostId from HostSample#length(5)",
                "select hostId from HostSample#lastevent",
                "select hostId from HostSample#unique(hostId)",
                "select hostId from HostSample#time(2 hours)",
                "select hostId from HostSample#time(1 week)",
                "select hostId from HostSample#time_batch(7 sec)",
                "select hostId from HostSample#ext_timed(atMillis, 10 sec)",
                "select hostId, count(*) as value from HostSample group by hostId",
                "select hostId, maxever(vms) as value from HostSample#time(1 sec)",
                "select hostId, countever(*) as value from HostSample#time(1 sec)",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(hostId = a.hostId)]",
                "select a.hostId as hostId from pattern [every (a=HostSample -> b=HostSample(hostId = a.hostId) where"
                        + " timer:within(1 sec))]",
                "select a.hostId as hostId from pattern [a=HostSample -> b=HostSample(hostId = a.hostId) where"
                        + " timer:within(1 sec)]",
                "select a.hostId as hostId from pattern [every-distinct(a.hostId) a=HostSample]",
                "select a.hostId as hostId from pattern [every a=HostSample until HostLoss]",
                "select a.hostId as hostId from pattern [every a=HostSample -> timer:interval(2 hours)]",
                "select a.hostId as hostId from pattern [every a=HostLoss -> b=HostSample(hostId = a.hostId) where"
                        + " timer:within(2 hours)]",
                "select a.hostId as hostId from pattern [every a=HostLoss -> b=Probe(hostId = a.hostId) where"
                        + " timer:within(40 min) -> c=HostSample(hostId = a.hostId) where timer:within(40 min)]",
                "select hostId from HostSample match_recognize (partition by hostId measures A.hostId as hostId after"
                        + " match skip to next row pattern (A) define A as A.vms > 1)",
                "select hostId from HostSample#time(1 min) match_recognize (partition by hostId measures A.hostId as"
                        + " hostId after match skip to next row pattern (A+) define A as A.vms > 1)",
                "select hostId from HostSample#time(1 min) match_recognize (partition by hostId measures A.hostId as"
                        + " hostId pattern (A B) define A as A.vms > 1)"
            })
    void what_remembers_without_end_is_refused(String statement) {
        Answer answer = RuleCheck.check(HEAD + statement);
        Refused refused = assertInstanceOf(Refused.class, answer, answer::toString);
        assertEquals(2, refused.line(), refused::toString);
        assertTrue(refused.column() > 1, refused::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(vms > a.vms) where"
                        + " timer:within(1 hour)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(hostId = b.hostId) where"
                        + " timer:within(1 hour)]",
                "select a.hostId as hostId from pattern [every a=HostSample -> b=HostSample(b.hostId = hostId and vms >"
                        + " a.vms) where timer:within(1 hour)]",
                "select a.hostId as hostId from HostSample#time(1 hour) as a, HostSample#time(1 hour) as b where"
                        + " a.hostId = b.hostId",
                "select l.hostId as hostId from HostLoss as l unidirectional, HostSample#unique(hostId)#time(1 hour)"
                        + " as s",
                "select l.hostId as hostId from HostLoss as l unidirectional, HostSample#time(1 hour) as s where"
                        + " l.hostId = s.hostId",
                "select l.hostId as hostId from HostLoss as l unidirectional, HostSample#unique(vms)#time(1 hour) as s"
                        + " where l.hostId = s.hostId",
                "select l.hostId as hostId from HostLoss as l unidirectional, HostSample#unique(hostId)#time(1 hour)"
                        + " as s where l.hostId = s.hostId or true",
                "select a.hostId as hostId from HostLoss as a unidirectional, HostLoss#unique(hostId)#time(1 min) as"
                        + " b, HostSample#unique(hostId)#time(1 min) as c where a.hostId = b.hostId",
                "select hostId from HostSample#time(1 min) match_recognize (measures B.hostId as hostId after match"
                        + " skip to next row pattern (A B) define B as B.vms > A.vms)"
            })
    void what_would_compare_each_event_with_all_others_is_refused(String statement) {
        Refused refused = refused(HEAD + statement);
        assertEquals(2, refused.line(), refused::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select hostId from HostSample where monitor like '%a%a%a%a%b'",
                "select hostId from HostSample where monitor like hostId",
                "select hostId from HostSample where 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' like '%a%b'",
                "select hostId from HostSample where (vms=1 or vms=2) and (vms=3 or vms=4) and (vms=5 or vms=6) and"
                        + " (vms=7 or vms=8) and (vms=9 or vms=10) and (vms=11 or vms=12) and (vms=13 or vms=14) and"
                        + " (vms=15 or vms=16) and (vms=17 or vms=18)",
                "select hostId from HostSample(not ((vms=1 and vms=2) or (vms=3 and vms=4) or (vms=5 and vms=6) or"
                    + " (vms=7 and vms=8) or (vms=9 and vms=1) or (vms=1 and vms=2) or (vms=1 and vms=4) or (vms=1 and"
                    + " vms=1) or (vms=1 and vms=8)))",
                "select hostId,"
                    + " coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce("
                    + "coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce("
                    + "coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce(coalesce("
                    + "coalesce(coalesce(coalesce(vms,1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1),1)"
                    + " as value from HostSample"
            })
    void what_is_short_to_write_and_takes_for_ever_is_refused(String statement) {
        Refused refused = refused(HEAD + statement);
        assertEquals(2, refused.line(), refused::toString);
        assertTrue(refused.column() > 1, refused::toString);
    }

    @Test
    void a_text_that_the_log_calls_built_in_is_this_build_s_own_or_runs_nowhere() {
        BuiltInRules.all()
                .forEach(ours -> assertEquals(ours, RuleCompiler.admit(ours).rule()));
        for (RuleVersion foreign : List.of(
                new RuleVersion("other", 1, HEAD + "select hostId from HostLoss", true),
                new RuleVersion("other", 1, BuiltInRules.text("overload"), true),
                new RuleVersion("overload", 2, BuiltInRules.text("overload") + " ", true))) {
            assertTrue(assertThrows(RuleRefused.class, () -> RuleCompiler.admit(foreign))
                    .getMessage()
                    .contains("comes with the product"));
        }
        RuleVersion taken = new RuleVersion("overload", 2, BuiltInRules.text("overload"), false);
        assertTrue(assertThrows(RuleRefused.class, () -> RuleCompiler.admit(taken))
                .getMessage()
                .contains("is the name of a built-in rule"));
    }

    @Test
    void a_rule_is_deployed_under_the_name_in_its_header_alone() {
        RuleVersion taken = new RuleVersion("other", 9, HEAD + "select hostId from HostLoss", false);
        assertTrue(assertThrows(RuleRefused.class, () -> RuleCheck.admit(taken))
                .getMessage()
                .contains("they must agree"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select hostId, count(*) as value from HostSample#unique(hostId)#time(1 sec) retain-union group by"
                        + " hostId",
                "select hostId from HostSample#groupwin(cpuDemandMillicores)#time(1 sec)",
                "select hostId from HostSample#groupwin(hostId, vms + 1)#time(1 sec)",
                "select a?.hostId as hostId from HostSample as a",
                "select hostId, hostId?.vms as value from HostSample"
            })
    void what_keeps_more_than_its_window_or_looks_into_whatever_stands_there_is_refused(String statement) {
        Refused refused = refused(HEAD + statement);
        assertEquals(2, refused.line(), refused::toString);
        assertTrue(refused.column() > 1, refused::toString);
    }

    @Test
    void of_two_windows_the_longer_one_is_the_look_back() {
        for (String windows : List.of("#time(1 hour)#time(1 sec)", "#time(1 sec)#time(1 hour)")) {
            assertEquals(
                    Duration.ofHours(1),
                    ((Admitted) RuleCheck.check(HEAD + "select hostId from HostSample" + windows)).lookBack());
        }
    }

    @Test
    void a_ninth_statement_is_refused() {
        String statement = "select hostId from HostLoss;";
        assertInstanceOf(Admitted.class, RuleCheck.check(HEAD + statement.repeat(8)));
        assertTrue(refused(HEAD + statement.repeat(9)).message().contains("9 statements; give at most 8"));
    }

    @Test
    void what_is_said_of_a_huge_word_is_short() {
        assertTrue(refused(HEAD + "select hostId" + ".x".repeat(20_000) + " from HostSample")
                        .message()
                        .length()
                < 2000);
    }

    @Test
    void what_is_nested_too_deeply_is_refused_and_breaks_nothing() {
        assertInstanceOf(Admitted.class, RuleCheck.check(HEAD + deep(100, "+1")));
        for (int depth : new int[] {400, 1000, 4000, 20_000}) {
            assertTrue(refused(HEAD + deep(depth, "+1")).message().startsWith("the statement "));
            assertTrue(refused(HEAD + deep(depth / 2, " and vms>1")).message().startsWith("the "));
        }
        refused(HEAD + "select hostId from HostSample where " + "(".repeat(20_000) + "vms>1" + ")".repeat(20_000));
        refused(HEAD + "select hostId from HostSample where " + "not (".repeat(8000) + "vms>1" + ")".repeat(8000));
    }

    private static String deep(int depth, String link) {
        return "select hostId from HostSample where vms>1" + link.repeat(depth);
    }

    @Test
    void statements_of_one_name_in_two_rules_do_not_meet() {
        String text = "@name('same') select hostId from HostLoss";
        assertInstanceOf(Admitted.class, RuleCheck.check("// name: one\n" + text));
        assertInstanceOf(Admitted.class, RuleCheck.check("// name: other\n" + text));
    }

    @Test
    void the_look_back_of_a_pattern_is_that_of_its_steps_together() {
        String steps = "select a.hostId as hostId from pattern [every a=HostLoss -> b=Probe(hostId = a.hostId) where"
                + " timer:within(90 sec) -> (timer:interval(500 msec) and not HostSample(hostId = a.hostId))]";
        assertEquals(Duration.ofSeconds(91), ((Admitted) RuleCheck.check(HEAD + steps)).lookBack());
    }

    @Test
    void sums_of_fractions_are_refused_because_they_cannot_be_repeated_exactly() {
        refused(HEAD
                + "select hostId, sum(cpuDemandMillicores / 3) as value from HostSample#time(1 min) group by hostId");
        refused(HEAD
                + "select hostId, avg(cpuDemandMillicores * 0.1) as value from HostSample#time(1 min) group by hostId");
    }

    @Test
    void an_endless_window_is_told_with_its_line_and_column() {
        Refused refused = refused("/*\n * name: mine\n */\nselect hostId\nfrom HostSample#keepall");
        assertEquals(5, refused.line());
        assertEquals(16, refused.column());
        assertTrue(refused.message().contains("#time"), refused.message());
    }

    @Test
    void a_second_statement_without_a_semicolon_between_is_told_where_it_begins() {
        Refused refused = refused("// name: mine\nselect hostId from HostSample\n\nselect hostId from HostSample");
        assertEquals(4, refused.line(), refused.message());
        assertEquals(1, refused.column(), refused.message());
    }

    @Test
    void a_syntax_error_is_told_with_its_line_and_column() {
        Refused refused = refused("// name: mine\n\nselect hostId\nfrm HostSample");
        assertEquals(4, refused.line(), refused::toString);
        assertEquals(5, refused.column(), refused::toString);
    }

    @Test
    void an_unknown_property_is_told_with_its_line() {
        Refused refused = refused("// name: mine\nselect hostId from HostSample\nwhere cpuDemand > 5");
        assertEquals(3, refused.line());
        assertEquals(7, refused.column());
    }

    @Test
    void the_look_back_comes_from_the_windows_and_may_only_be_said_longer() {
        String windowed = "select hostId, count(*) as value from HostSample#time(2 min 30 sec) group by hostId";
        assertEquals(Duration.ofSeconds(150), ((Admitted) RuleCheck.check(HEAD + windowed)).lookBack());
        assertEquals(
                Duration.ofMinutes(5),
                ((Admitted) RuleCheck.check("// name: mine\n// look-back: 5m\n" + windowed)).lookBack());
        assertTrue(refused("// name: mine\n// look-back: 1m\n" + windowed)
                .message()
                .contains("150 s"));
    }

    @Test
    void a_header_without_a_name_or_with_a_wrong_one_is_refused() {
        assertTrue(refused("select hostId from HostSample").message().contains("no name"));
        Refused named = refused("/*\n * name: Not Good\n */\nselect hostId from HostSample");
        assertEquals(2, named.line());
        assertEquals(10, named.column());
        assertTrue(refused("// name: overload\nselect hostId from HostSample")
                .message()
                .contains("built-in"));
        assertEquals(
                2,
                refused("// name: a\n// nonsense: b\nselect hostId from HostSample")
                        .line());
        assertEquals(
                2,
                refused("// name: a\n// hold: soon\nselect hostId from HostSample")
                        .line());
    }

    @Test
    void a_rule_speaks_of_what_its_kind_and_action_are_about() {
        Refused host = refused("// name: a\n// kind: OVERLOAD\nselect hostId, vmId from VmNews");
        assertEquals("3:16", host.line() + ":" + host.column(), host.message());
        assertTrue(host.message().contains("speaks of hosts"), host.message());
        Refused vm = refused("// name: a\n// kind: VM_CRASH\nselect hostId from VmNews");
        assertEquals(3, vm.line());
        assertTrue(vm.message().contains("vmId"), vm.message());
        Refused drain = refused("// name: a\n// action: drain\nselect hostId, vmId from VmNews");
        assertEquals("3:16", drain.line() + ":" + drain.column(), drain.message());
        assertInstanceOf(
                RuleCheck.Admitted.class,
                RuleCheck.check("// name: a\n// kind: VM_CRASH\nselect hostId, vmId from VmNews"));
    }

    @Test
    void an_empty_or_huge_text_is_refused() {
        refused("// name: a\n");
        refused("// name: a\n" + " ".repeat(70_000) + "select hostId from HostSample");
    }

    @Test
    void every_built_in_rule_says_what_it_is_and_compiles() {
        assertEquals(4, BuiltInRules.all().size());
        BuiltInRules.all().forEach(rule -> {
            CompiledRule compiled = RuleCompiler.compile(rule);
            assertEquals(rule.name(), compiled.header().name());
            assertTrue(RuleHeader.parse(rule.text()).lookBack().isPresent());
            assertTrue(!compiled.header().purpose().isEmpty());
        });
    }

    private static Refused refused(String text) {
        Answer answer = RuleCheck.check(text);
        return assertInstanceOf(Refused.class, answer, answer::toString);
    }
}
