package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.incident.RegressionTest;
import io.godwit.ops.rules.JUnitReport;
import io.godwit.ops.rules.RuleResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.xml.stream.XMLStreamException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit incident to-test} and {@code godwit incident test}: incidents as tests of later versions. */
final class RegressionCommands {
    private RegressionCommands() {}

    @Command(
            name = "to-test",
            description = "Makes a folder of an incident: the file, and a line for each detection and decision in it.")
    static final class ToTest implements Runnable {
        @Parameters(index = "0", paramLabel = "FILE")
        Path file;

        @Parameters(index = "1", paramLabel = "DIR")
        Path folder;

        @Override
        public void run() {
            int lines = RegressionTest.make(file, folder);
            System.out.println("%s: %d detections and decisions; try it with: godwit incident test %s"
                    .formatted(folder, lines, folder));
        }
    }

    @Command(
            name = "test",
            description = "Replays the incidents of a folder with this build, and compares; exit code 3 where one"
                    + " differs.")
    static final class Test implements Callable<Integer> {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "DIR", description = "One that incident to-test has made, or a folder of such.")
        Path folder;

        @Option(names = "--junit", paramLabel = "FILE", description = "Writes the results as JUnit's XML, too.")
        Path junit;

        @Override
        public Integer call() throws InterruptedException {
            CepConfig cep = common.region().cep();
            RuleCompiler.keepIn(cep.ruleCache());
            List<RegressionTest.Result> results = new ArrayList<>();
            for (Path one : RegressionTest.in(folder)) {
                RegressionTest.Result result = RegressionTest.run(one, cep);
                results.add(result);
                System.out.println("%s %s: %s".formatted(result.passed() ? "same  " : "DIFFERS", one, result.replay()));
                result.misses()
                        .forEach(miss -> System.out.println(miss.indent(2).stripTrailing()));
            }
            if (junit != null) {
                report(results);
            }
            return results.stream().allMatch(RegressionTest.Result::passed) ? ExitCode.OK : ExitCode.DIFFERS;
        }

        private void report(List<RegressionTest.Result> results) {
            try (OutputStream out = Files.newOutputStream(junit)) {
                JUnitReport.write(out, JUnitReport.INCIDENTS, suites(results), List.of(), false);
            } catch (IOException | XMLStreamException failed) {
                throw new Failed("cannot write " + junit + ": " + failed.getMessage(), failed);
            }
        }

        private static List<RuleResult> suites(List<RegressionTest.Result> results) {
            return results.stream()
                    .map(result -> new RuleResult(
                            result.folder().getFileName().toString(),
                            result.folder().toString(),
                            RuleResult.End.DONE,
                            List.of(),
                            List.of(new RuleResult.Tried(
                                    "replays as recorded",
                                    result.folder().toString(),
                                    result.misses(),
                                    result.millis()))))
                    .toList();
        }
    }
}
