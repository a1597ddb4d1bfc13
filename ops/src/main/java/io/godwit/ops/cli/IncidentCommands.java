package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.incident.IncidentExport;
import io.godwit.ops.incident.Manifest;
import io.godwit.ops.incident.NotTheSame;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code godwit incident …}: a stretch of the past in one file, to keep, to hand on, to replay elsewhere. */
@Command(
        name = "incident",
        description = "A stretch of the past in one file: what a replay of it needs, and no more.",
        subcommands = {
            IncidentCommands.Export.class,
            IncidentCommands.Show.class,
            IncidentReport.class,
            RegressionCommands.ToTest.class,
            RegressionCommands.Test.class
        })
public final class IncidentCommands {
    @Command(
            name = "export",
            description = "Writes a file that holds what replays a period: look-backs, snapshots, rules, constraints,"
                    + " inventory, what was under way. Replays it before it is done.")
    static final class Export implements Callable<Integer> {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Spec
        CommandSpec spec;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "TIME",
                description = "RFC 3339, local time, or how long ago as in -10m.")
        String from;

        @Option(names = "--to", required = true, paramLabel = "TIME", description = "The end of the period.")
        String to;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                description = "Only segments of this host can be replayed then (default: all). May be given more than"
                        + " once.")
        List<String> hosts = List.of();

        @Option(
                names = "--pseudonyms",
                description = "Replaces names of hosts, VMs, racks, sites, persons, addresses and what they wrote; the"
                        + " file replays to the same. Refused where it would not (exit code 4).")
        boolean pseudonyms;

        @Parameters(paramLabel = "FILE")
        Path file;

        @Override
        public Integer call() throws InterruptedException {
            CepConfig cep = common.region().cep();
            RuleCompiler.keepIn(cep.ruleCache());
            IncidentExport.Wanted wanted = new IncidentExport.Wanted(
                    moment(from),
                    moment(to),
                    hosts,
                    pseudonyms,
                    String.join(" ", spec.root().version()));
            try (Log log = common.log()) {
                Manifest manifest = IncidentExport.write(log, wanted, file, cep);
                common.printer().one(row(file, manifest));
                manifest.missing().forEach(System.err::println);
                if (!manifest.identical()) {
                    System.err.println("a replay of the file is not as recorded; see: godwit replay --verify"
                            + " --incident " + file);
                }
                return ExitCode.OK;
            } catch (NotTheSame differs) {
                throw new Refused(
                        "under pseudonyms the period replays to something else, as the policy dvms does, which"
                                + " goes by a hash of ids; export it without --pseudonyms, or another period. The first"
                                + " difference: "
                                + differs.getMessage());
            }
        }

        private static Instant moment(String text) {
            return CommonOptions.moment(text).orElseThrow();
        }
    }

    @Command(name = "show", description = "What an incident file holds, and why.")
    static final class Show implements Runnable {
        @Parameters(paramLabel = "FILE")
        Path file;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table, json or yaml (default: table).")
        Printer.Format format = Printer.Format.TABLE;

        @Override
        public void run() {
            Manifest manifest = Manifest.of(file);
            Printer printer = new Printer(System.out, format);
            Map<String, Object> row = row(file, manifest);
            List<Map<String, Object>> slices =
                    manifest.slices().stream().map(Show::slice).toList();
            if (format == Printer.Format.TABLE) {
                printer.one(row);
                System.out.println();
                printer.list(List.of("topic", "segment", "first", "last", "records", "bytes", "why"), slices);
            } else {
                row.put("slices", slices);
                printer.whole(row);
            }
        }

        private static Map<String, Object> slice(Manifest.Slice slice) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topic", slice.topic());
            row.put("segment", slice.segment());
            row.put("first", slice.first());
            row.put("last", slice.last());
            row.put("records", slice.records());
            row.put("bytes", slice.bytes());
            row.put("why", slice.why());
            return row;
        }
    }

    private static Map<String, Object> row(Path file, Manifest manifest) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("file", file.toString());
        row.put("size", size(file));
        row.put("writtenBy", manifest.version());
        row.put("site", manifest.site());
        row.put("incarnation", manifest.incarnation());
        row.put("from", manifest.from().toString());
        row.put("to", manifest.to().toString());
        row.put("hosts", manifest.hosts().isEmpty() ? "all" : manifest.hosts());
        row.put("replayed", "%d of %d segments".formatted(manifest.replayed().size(), manifest.segments()));
        row.put("pseudonyms", manifest.pseudonyms());
        row.put("records", manifest.records());
        row.put("unpacked", new ByteSize(manifest.bytes()).toString());
        row.put("replay", (manifest.identical() ? "identical: " : "not as recorded: ") + manifest.replay());
        row.put("missing", manifest.missing());
        return row;
    }

    private static String size(Path file) {
        try {
            return new ByteSize(Files.size(file)).toString();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + file, unreadable);
        }
    }
}
