package io.godwit.ops.cli;

import io.godwit.executors.libvirt.Finding;
import io.godwit.executors.libvirt.HostCheck;
import io.godwit.monitors.hosts.libvirt.LibvirtMissing;
import io.godwit.ops.region.RegionConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code godwit host check}: whether hosts are ready, asked of the hosts themselves; needs no region. */
@Command(
        name = "check",
        description =
                "Tells whether hosts are ready for Godwit, each by itself and each pair for moves, and what to mend.",
        footer = "Changes nothing and moves no guest. Exit code 0: ready; 1: something must be mended.")
final class HostCheckCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "[RACK/NAME=]URI",
            description = "As in qemu+tls://h14/system; several to look at moves between them.")
    List<String> hosts;

    @Override
    public Integer call() {
        List<String> uris = hosts.stream()
                .map(text -> RealHosts.parse(text).uri())
                .distinct()
                .toList();
        RegionConfig region = common.region();
        List<Finding> findings;
        try {
            findings = HostCheck.of(
                    uris, region.libvirt(), region.realHosts().sharedStorage(), region.realHosts()::peerUriOf);
        } catch (LibvirtMissing missing) {
            throw new Failed(missing.getMessage(), missing);
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("host", finding.about());
            row.put("subject", finding.subject());
            row.put("grade", wordsOf(finding.grade()));
            row.put("says", finding.says());
            row.put("remedy", finding.remedy());
            rows.add(row);
        }
        if (common.format == Printer.Format.TABLE) {
            lines(findings);
        } else {
            common.printer().whole(rows);
        }
        boolean ready = findings.stream().noneMatch(finding -> finding.grade() == Finding.Grade.MEND);
        return ready ? ExitCode.OK : ExitCode.FAILED;
    }

    /** As prose: a remedy is too long for a table. */
    private static void lines(List<Finding> findings) {
        String about = "";
        for (Finding finding : findings) {
            if (!finding.about().equals(about)) {
                about = finding.about();
                System.out.println(about);
            }
            System.out.printf("  %-15s %-15s %s%n", wordsOf(finding.grade()), finding.subject(), finding.says());
            if (!finding.remedy().isEmpty()) {
                System.out.printf("  %-15s %-15s → %s%n", "", "", finding.remedy());
            }
        }
        long mend = count(findings, Finding.Grade.MEND);
        long warnings = count(findings, Finding.Grade.WARNING);
        System.out.println(
                mend == 0
                        ? "ready" + (warnings == 0 ? "" : ", with warnings: " + warnings)
                        : "not ready: " + mend + " to be mended");
    }

    private static long count(List<Finding> findings, Finding.Grade grade) {
        return findings.stream().filter(finding -> finding.grade() == grade).count();
    }

    private static String wordsOf(Finding.Grade grade) {
        return switch (grade) {
            case OK -> "ok";
            case UNKNOWN -> "not known";
            case WARNING -> "warning";
            case MEND -> "must be mended";
        };
    }
}
