package io.godwit.ops.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --expect}: bounds on the figures of a verb that tries something on the past. */
final class Expectations {
    @Option(
            names = "--expect",
            paramLabel = "BOUND",
            converter = Expectation.Reader.class,
            description = "A bound on a figure, as in migrations<=5, with one of <=, >= and =; exit code 3 where it is"
                    + " not kept. A figure that there is not is answered with those that there are. May be given more"
                    + " than once.")
    List<Expectation> all = List.of();

    /**
     * Before what may take minutes.
     *
     * @throws IllegalArgumentException where one is on a figure that there is not
     */
    void check(List<String> figures) {
        all.forEach(expectation -> expectation.check(figures));
    }

    /** Whether one is on any of these figures. */
    boolean on(List<String> figures) {
        return all.stream().map(Expectation::figure).anyMatch(figures::contains);
    }

    /** Tells which are not kept; the exit code says whether there are any. */
    int judge(Map<String, Long> figures) {
        List<String> faults = all.stream()
                .flatMap(expectation -> expectation.fault(figures).stream())
                .toList();
        faults.forEach(System.err::println);
        return faults.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
    }
}
