package io.godwit.ceprules.engine;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rules at random: of what is admitted, as large and odd as it may be, now and then with something in it that is not. */
public final class RandomEpl {
    private static final List<String> NUMBERS = List.of(
            "cpuPermille",
            "memoryPermille",
            "vms",
            "cpuDemandMillicores",
            "memoryUsedBytes",
            "samplePeriodMillis",
            "atMillis",
            "observation");
    private static final List<String> CONSTANTS = List.of(
            "0",
            "1",
            "-1",
            "7",
            "850",
            "2147483647",
            "-2147483648",
            "9223372036854775807L",
            "1e308",
            "1.0",
            "0.1d",
            "3f");
    private static final List<String> TEXTS = List.of(
            "''",
            "'h1'",
            "'%'",
            "'" + "%a".repeat(60) + "'",
            "'" + "_%".repeat(60) + "'",
            "'" + "%a".repeat(40) + "b'",
            "'ü\\u0000\\uD83D'",
            "'" + "a".repeat(3000) + "'");

    private static final List<String> PATTERNS = List.of("'%'", "'h%'", "'%1%2%'", "'___'", "'%\u00fc'");

    /** Nothing of this may run, wherever it stands. */
    private static final List<String> FOREIGN = List.of(
            "hostId.getClass()",
            "hostId.getClass().forName('java.lang.System')",
            "hostId.class.name",
            "hostId.length()",
            "hostId.where(x => true)",
            "vms.intValue()",
            "java.lang.System.nanoTime()",
            "Math.random()",
            "System.exit(3)",
            "current_timestamp()",
            "current_timestamp",
            "current_evaluation_context()",
            "prior(1, vms)",
            "prev(1, vms)",
            "prevwindow(vms)",
            "window(*)",
            "first(vms)",
            "last(vms)",
            "istream()",
            "instanceof(vms, int)",
            "cast(vms, string)",
            "typeof(hostId)",
            "exists(hostId)",
            "(select vms from HostSample#time(1 sec))",
            "exists (select * from Sweep)",
            "vms > any (select vms from HostSample#keepall)",
            "hostId regexp '(a+)+b'",
            "{1, 2, 3}",
            "new {a = 1}",
            "new java.io.File('x')",
            "?",
            "?:x:int",
            "stddev(vms)",
            "median(vms)",
            "countever(*)",
            "rate(10)",
            "nth(vms, 1)",
            "grouping(hostId)",
            "max(vms, cpuPermille)",
            "set(vms)",
            "*",
            "e.*",
            "transpose(hostId)",
            "`class`",
            "hostId('x')",
            "vms[0]",
            "hostId.bytes[0]",
            "/* */ vms /* ; */",
            "vms -- 1",
            "'unfinished",
            "1 years",
            "null",
            "hostId || 'x'");

    private static final List<String> WHOLE = List.of(
            "insert into HostSample select * from HostSample",
            "insert into Loop select hostId from Loop",
            "update istream HostSample set vms = 0",
            "create window W#keepall as HostSample",
            "create table T(a string primary key)",
            "create variable int v = 1",
            "create schema HostSample as (hostId string)",
            "create context C partition by hostId from HostSample",
            "create expression f {x => x.vms}",
            "create dataflow D BeaconSource -> out {}",
            "on HostSample select vms from HostSample",
            "@Hook(hook='java.lang.Object', type=HookType.SQLCOL) select hostId from HostLoss",
            "@Priority(1000) @Drop select hostId from HostLoss",
            "@EventRepresentation(avro) select hostId from HostLoss",
            "@public @buseventtype select hostId from HostLoss",
            "select hostId from HostSample output snapshot every 1 msec",
            "select rstream hostId from HostSample#time(1 sec)",
            "select distinct hostId from HostSample#time(1 sec) order by hostId limit 5",
            "select hostId from HostSample#time(1 hour) as a, HostSample#time(1 hour) as b",
            "expression f {x => x.vms} select hostId, f(a) from HostSample as a");

    private final SplittableRandom random;
    private final int parts;
    private int used;

    private RandomEpl(SplittableRandom random) {
        this.random = random;
        this.parts = random.nextInt(4) == 0 ? 400 : 5 + random.nextInt(60);
    }

    /** A rule with a header. */
    public static String rule(String name, SplittableRandom random) {
        int statements = random.nextInt(5) == 0 ? 1 + random.nextInt(8) : 1;
        String text = IntStream.range(0, statements)
                .mapToObj(_ -> new RandomEpl(random).statement())
                .collect(Collectors.joining(";\n"));
        String head = "// name: " + name + "\n// hold: " + (1 + random.nextInt(20)) + "s\n";
        return head + (random.nextInt(12) == 0 ? mutated(text, random) : text);
    }

    private static String mutated(String text, SplittableRandom random) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + 1 + random.nextInt(12));
        int at = random.nextInt(text.length());
        return switch (random.nextInt(3)) {
            case 0 -> text.substring(0, from) + text.substring(to);
            case 1 -> text.substring(0, at) + text.substring(from, to) + text.substring(at);
            default -> text.substring(0, from) + "(".repeat(1 + random.nextInt(300)) + text.substring(from);
        };
    }

    private String statement() {
        if (random.nextInt(25) == 0) {
            return of(WHOLE);
        }
        return switch (random.nextInt(6)) {
            case 0 -> "select hostId, %s as value from HostSample(%s)".formatted(number(4, ""), condition(6, ""));
            case 1 ->
                "select hostId, %s as value from HostSample(%s)#time(%s) group by %s having %s"
                        .formatted(
                                aggregate(4),
                                condition(4, ""),
                                period(3600),
                                of(List.of("hostId", "hostId, monitor", "hostId, vms % 7", number(2, ""))),
                                aggregate(3) + " > " + aggregate(3));
            case 2 ->
                "select hostId, %s as value from HostSample#%s#time(%s) where %s"
                        .formatted(
                                number(3, ""),
                                of(List.of("unique(hostId)", "groupwin(hostId)", "unique(vms)", "unique(observation)")),
                                period(3600),
                                condition(5, ""));
            case 3 -> pattern();
            case 4 -> rows();
            default ->
                "select l.hostId as hostId, %s as value from %s as l unidirectional, HostSample#unique(hostId)#time(%s) as s where l.hostId = s.hostId and %s"
                        .formatted(
                                number(3, "s."),
                                of(List.of("HostSample", "HostLoss", "Probe")),
                                period(3600),
                                condition(4, "s."));
        };
    }

    private String pattern() {
        int steps = 1 + random.nextInt(random.nextInt(5) == 0 ? 30 : 4);
        StringBuilder text = new StringBuilder(
                "select a.hostId as hostId from pattern [every a=HostSample(" + condition(2, "") + ")");
        for (int step = 0; step < steps; step++) {
            String tag = "b" + step + "_";
            text.append(" -> ")
                    .append(
                            random.nextInt(4) == 0
                                    ? "(timer:interval(%s) and not HostSample(hostId = a.hostId, %s))"
                                            .formatted(period(3600 / steps), condition(2, ""))
                                    : "(%s) where timer:within(%s)".formatted(events(tag, 2), period(3600 / steps)));
        }
        return text + "]";
    }

    private String events(String tag, int depth) {
        if (depth == 0 || random.nextInt(2) == 0) {
            String same = of(List.of("a.hostId", "a.hostId", "a.hostId", tag + depth + ".hostId"));
            return "%s=HostSample(hostId = %s, %s)"
                    .formatted(tag + depth, same, condition(2, random.nextBoolean() ? "a." : ""));
        }
        return IntStream.rangeClosed(0, 1 + random.nextInt(5))
                .mapToObj(child -> "(" + events(tag + child + "_", depth - 1) + ")")
                .collect(Collectors.joining(random.nextBoolean() ? " or " : " and "));
    }

    private String rows() {
        int rows = 1 + random.nextInt(9);
        List<String> names = IntStream.range(0, rows)
                .mapToObj(row -> "" + (char) ('A' + (random.nextInt(12) == 0 ? 0 : row)))
                .toList();
        String quantified = random.nextInt(8) == 0
                ? of(List.of("A+ B*", "(A|B)+", "A? B?", "A{1,50}", "(A B)* C", "match_recognize_permute(A, B)"))
                : String.join(" ", names);
        return "select hostId, value from HostSample#time(%s) match_recognize (partition by %s measures A.hostId as hostId, %s as value after match skip to next row pattern (%s) define %s)"
                .formatted(
                        period(3600),
                        of(List.of("hostId", "hostId", "hostId, vms", "monitor")),
                        number(2, "A."),
                        quantified,
                        names.stream()
                                .distinct()
                                .map(name -> name + " as " + condition(2, name + "."))
                                .collect(Collectors.joining(", ")));
    }

    private String period(int secondsMax) {
        return random.nextInt(15) == 0
                ? of(List.of("0 sec", "1 msec", "61 min", "2 days", "1e3 sec", "vms sec", "-1 sec", "0.0001 sec", "5"))
                : (1 + random.nextInt(Math.max(1, secondsMax))) + " sec";
    }

    private String aggregate(int depth) {
        return choose(
                depth,
                () -> of(List.of("count(*)", "count(hostId)", "0")),
                () -> of(List.of("sum", "avg", "min", "max", "count")) + "(" + number(depth - 1, "") + ")",
                () -> "(" + aggregate(depth - 1) + of(List.of(" + ", " - ", " * ", " / ", " % ")) + aggregate(depth - 1)
                        + ")",
                () -> "count(distinct " + number(depth - 1, "") + ")");
    }

    private String number(int depth, String of) {
        return choose(
                depth,
                () -> random.nextInt(3) == 0 ? of(CONSTANTS) : of + of(NUMBERS),
                () -> "(" + number(depth - 1, of) + of(List.of(" + ", " - ", " * ", " / ", " % "))
                        + number(depth - 1, of) + ")",
                () -> "(case when " + condition(depth - 1, of) + " then " + number(depth - 1, of) + " when "
                        + condition(depth - 1, of) + " then " + number(depth - 1, of) + " else "
                        + number(depth - 1, of) + " end)",
                () -> "coalesce(" + number(depth - 1, of) + ", " + number(depth - 1, of) + ")");
    }

    private String condition(int depth, String of) {
        return choose(
                depth,
                () -> of + of(NUMBERS) + of(List.of(" > ", " < ", " = ", " >= ", " != ", " is not ")) + of(CONSTANTS),
                () -> "(" + many(depth, of, random.nextBoolean() ? " and " : " or ") + ")",
                () -> "not (" + condition(depth - 1, of) + ")",
                () -> "(" + (random.nextInt(12) == 0 ? of(TEXTS) : of + "hostId") + of(List.of(" like ", " not like "))
                        + of(random.nextInt(12) == 0 ? TEXTS : PATTERNS) + ")",
                () -> "(" + number(depth - 1, of) + " between " + number(depth - 1, of) + " and "
                        + number(depth - 1, of) + ")",
                () -> "(" + of + of(NUMBERS) + " in ("
                        + IntStream.rangeClosed(0, random.nextInt(120))
                                .mapToObj(one -> one % 3 == 0 ? "" + one : of(CONSTANTS))
                                .collect(Collectors.joining(", "))
                        + "))",
                () -> "(" + text(of) + " = " + text(of) + ")");
    }

    private String many(int depth, String of, String link) {
        return IntStream.rangeClosed(0, 1 + random.nextInt(8))
                .mapToObj(_ -> condition(depth - 1, of))
                .collect(Collectors.joining(link));
    }

    private String text(String of) {
        return random.nextBoolean() ? of + "hostId" : of(TEXTS);
    }

    /** The first where nothing more may be nested; now and then something foreign. */
    @SafeVarargs
    private String choose(int depth, Supplier<String> leaf, Supplier<String>... more) {
        if (random.nextInt(400) == 0) {
            return of(FOREIGN);
        }
        used++;
        return depth <= 0 || used > parts || random.nextInt(5) == 0
                ? leaf.get()
                : more[random.nextInt(more.length)].get();
    }

    private String of(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
