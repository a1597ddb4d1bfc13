package io.godwit.ops.cli;

import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ops.incident.Manifest;
import io.godwit.ops.incident.PostMortem;
import io.godwit.ops.incident.PostMortemPage;
import io.godwit.ops.whatif.Change;
import io.godwit.ops.whatif.WhatIf;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.PackedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit incident report}: the draft of a post-mortem. */
@Command(
        name = "report",
        description =
                "A post-mortem's draft in Markdown: timeline, causes, phases with durations, recoveries, what failed,"
                    + " and with --set what would have been otherwise. Each sentence names the records that it rests"
                    + " on.")
final class IncidentReport implements Runnable {
    @Parameters(paramLabel = "FILE")
    Path file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes post-mortem.md and post-mortem.html into this folder (default: Markdown on stdout).")
    Path folder;

    @Mixin
    ChangesOption changes = new ChangesOption();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "region.yaml by which rules of operators run for --set.")
    Path config;

    @Override
    public void run() {
        Manifest manifest = Manifest.of(file);
        List<Change> made = changes.made();
        String markdown;
        try (Log log = PackedLog.open(file)) {
            Optional<PostMortem.Supposed> supposed = made.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new PostMortem.Supposed(
                            changes.texts,
                            WhatIf.of(
                                    log,
                                    manifest.from(),
                                    manifest.to(),
                                    CommonOptions.region(config).cep().operators(),
                                    made)));
            markdown = PostMortem.markdown(log, manifest, supposed);
        } catch (OperatorsGone gone) {
            throw new Failed(gone.getMessage(), gone);
        }
        if (folder == null) {
            System.out.print(markdown);
            return;
        }
        try {
            Files.createDirectories(folder);
            Path draft = Files.writeString(folder.resolve("post-mortem.md"), markdown);
            Path page = Files.writeString(
                    folder.resolve("post-mortem.html"),
                    PostMortemPage.of("Incident at " + manifest.site() + ", " + manifest.from(), markdown));
            System.out.println(draft + "\n" + page);
        } catch (IOException failed) {
            throw new Failed("cannot write the report to " + folder + ": " + failed.getMessage(), failed);
        }
    }
}
