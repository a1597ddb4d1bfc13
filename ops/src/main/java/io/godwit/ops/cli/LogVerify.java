package io.godwit.ops.cli;

import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.seal.SealCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit log verify}: whether the past is still what it was when it was sealed. */
@Command(
        name = "verify",
        description = "Holds every record of a site's log against its seals, and names the first position of each topic"
                + " and segment that is not as it was sealed (exit code 3).")
final class LogVerify implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--seals-from",
            paramLabel = "SITE",
            description = "Site whose mirrored copy of the seals is taken: who can write here may seal anew here, too.")
    String sealsFrom;

    @Override
    public Integer call() {
        try (Log log = common.logByHomeOffsets();
                Log seals = sealsFrom == null ? common.logByHomeOffsets() : sealsFrom(log.site())) {
            List<SealCheck.Checked> all = SealCheck.of(log, seals);
            if (all.stream().allMatch(one -> one.seals() == 0)) {
                throw new Failed(
                        "this log has no seals, so nothing can be said of it; the overlay process makes them within"
                            + " overlay.seal-period, and where there were some before, somebody took them away: hold"
                            + " it against those of another site with --seals-from");
            }
            List<Map<String, Object>> broken = all.stream()
                    .filter(one -> one.broken().isPresent())
                    .map(LogVerify::row)
                    .toList();
            switch (common.format) {
                case TABLE -> {
                    if (!broken.isEmpty()) {
                        common.printer().list(List.copyOf(broken.getFirst().keySet()), broken);
                    }
                    System.out.println(words(all, broken.size()));
                }
                case JSON, YAML -> {
                    Map<String, Object> whole = sums(all);
                    whole.put("broken", broken);
                    common.printer().whole(whole);
                }
            }
            return broken.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
        }
    }

    private Log sealsFrom(String site) {
        KafkaSettings other = common.everySite().stream()
                .filter(settings -> settings.site().equals(sealsFrom))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--seals-from names site " + sealsFrom + "; there are "
                        + common.everySite().stream().map(KafkaSettings::site).collect(Collectors.joining(", "))));
        return new KafkaLog(new SiteKafka(other), site).byHomeOffsets();
    }

    private static Map<String, Object> row(SealCheck.Checked checked) {
        SealCheck.Broken broken = checked.broken().orElseThrow();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", checked.topic().stage());
        row.put("segment", checked.segment());
        row.put("offset", broken.offset());
        row.put("why", broken.why());
        return row;
    }

    private static Map<String, Object> sums(List<SealCheck.Checked> all) {
        Map<String, Object> sums = new LinkedHashMap<>();
        sums.put("seals", all.stream().mapToLong(SealCheck.Checked::seals).sum());
        sums.put(
                "sealedRecords",
                all.stream().mapToLong(SealCheck.Checked::sealed).sum());
        sums.put(
                "unsealedRecords",
                all.stream().mapToLong(SealCheck.Checked::unsealed).sum());
        sums.put(
                "awaitedRecords",
                all.stream().mapToLong(SealCheck.Checked::awaited).sum());
        sums.put(
                "noLongerKept",
                all.stream().filter(checked -> checked.gone() > 0).count());
        return sums;
    }

    private static String words(List<SealCheck.Checked> all, int broken) {
        Map<String, Object> sums = sums(all);
        return "%s: %s records are as %s seals say; %s are not sealed%s%s"
                .formatted(
                        broken == 0 ? "sound" : broken + " topics and segments are broken",
                        sums.get("sealedRecords"),
                        sums.get("seals"),
                        sums.get("unsealedRecords"),
                        sums.get("awaitedRecords").equals(0L)
                                ? ""
                                : "; %s sealed ones have not all come here yet".formatted(sums.get("awaitedRecords")),
                        sums.get("noLongerKept").equals(0L)
                                ? ""
                                : "; of " + sums.get("noLongerKept")
                                        + " topics and segments the oldest records are no longer kept");
    }
}
