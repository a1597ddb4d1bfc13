package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.units.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * How far a host was from the levels of the built-in rules on load, those of overload.epl and underload.epl of this build. Shares
 * are thousandths, rounded up, as the rules see them.
 */
final class BuiltInLevels {
    static final int OVERLOAD_CPU = 1000;
    static final int OVERLOAD_MEMORY = 950;
    static final int HIGH_CPU = 950;
    static final long HIGH_MILLIS = 30_000;
    static final int HIGH_SAMPLES = 3;
    static final int RELIEVED = 920;
    static final int QUIET_CPU = 200;
    static final int QUIET_MEMORY = 500;
    static final long QUIET_MILLIS = 50_000;

    /**
     * One level that was not reached.
     *
     * @param rule overload or underload
     * @param gapPermille how far it was, as a share of what would have had to be otherwise
     */
    record Gap(String rule, String says, long gapPermille) {}

    private BuiltInLevels() {}

    /** What was missing for either rule to begin, the nearest first; empty where nothing was sampled. */
    static List<Gap> gaps(HostMinute minute) {
        if (minute.samples().isEmpty()) {
            return List.of();
        }
        HostSampled newest = minute.samples().getLast();
        List<Gap> gaps = new ArrayList<>(List.of(cpu(newest), memory(newest), high(minute), quiet(minute, newest)));
        gaps.sort(Comparator.comparingLong(Gap::gapPermille));
        return gaps;
    }

    private static Gap cpu(HostSampled sample) {
        long missing = sample.getCpuCapacityMillicores() + 1 - sample.getCpuDemandMillicores();
        return new Gap(
                "overload",
                missing <= 0
                        ? "cpu demand %d mc is above the capacity of %d mc"
                                .formatted(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores())
                        : "cpu demand %d of %d mc: %d mc below an overload at once (above 100 %%)"
                                .formatted(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores(), missing),
                permille(Math.max(0, missing), sample.getCpuCapacityMillicores()));
    }

    private static Gap memory(HostSampled sample) {
        long missing = sample.getMemoryCapacityBytes() * OVERLOAD_MEMORY / 1000 + 1 - sample.getMemoryUsedBytes();
        return new Gap(
                "overload",
                missing <= 0
                        ? "memory %s of %s is above 95 %%"
                                .formatted(size(sample.getMemoryUsedBytes()), size(sample.getMemoryCapacityBytes()))
                        : "memory %s of %s: %s below an overload (above 95 %%)"
                                .formatted(
                                        size(sample.getMemoryUsedBytes()),
                                        size(sample.getMemoryCapacityBytes()),
                                        size(missing)),
                permille(Math.max(0, missing), sample.getMemoryCapacityBytes()));
    }

    /** Only a sample that is high itself completes the evidence. */
    private static Gap high(HostMinute minute) {
        List<HostSampled> high = counted(minute, sample -> cpuPermille(sample) > HIGH_CPU);
        long millis = millis(high);
        int lacks = Math.max(0, HIGH_SAMPLES - high.size());
        HostSampled newest = minute.samples().getLast();
        long below =
                Math.max(0, newest.getCpuCapacityMillicores() * HIGH_CPU / 1000 + 1 - newest.getCpuDemandMillicores());
        return new Gap(
                "overload",
                "%d of %d samples of the last minute above 95 %% of the CPU, which stand for %s of the %s needed%s%s"
                        .formatted(
                                high.size(),
                                minute.samples().size(),
                                Words.seconds(millis),
                                Words.seconds(HIGH_MILLIS),
                                lacks == 0 ? "" : "; %d more are needed at least".formatted(lacks),
                                below == 0 ? "" : "; the newest is %d mc below".formatted(below)),
                Math.max(
                        permille(Math.max(0, HIGH_MILLIS - millis), HIGH_MILLIS),
                        permille(below, newest.getCpuCapacityMillicores())));
    }

    private static Gap quiet(HostMinute minute, HostSampled newest) {
        long millis = millis(
                counted(minute, sample -> cpuPermille(sample) <= QUIET_CPU && memoryPermille(sample) <= QUIET_MEMORY));
        String says = newest.getVms().isEmpty()
                ? "no VM is on it, so there is nothing to move"
                : "quiet for %s of the %s needed in the last minute (at most 20 %% of CPU and 50 %% of memory; now %s and %s)"
                        .formatted(
                                Words.seconds(millis),
                                Words.seconds(QUIET_MILLIS),
                                percent(cpuPermille(newest)),
                                percent(memoryPermille(newest)));
        return new Gap("underload", says, permille(Math.max(0, QUIET_MILLIS - millis), QUIET_MILLIS));
    }

    /** What an open overload still had above the level at which it ends. */
    static String untilRelieved(HostSampled sample) {
        long cpu = sample.getCpuDemandMillicores() - sample.getCpuCapacityMillicores() * RELIEVED / 1000;
        long memory = sample.getMemoryUsedBytes() - sample.getMemoryCapacityBytes() * RELIEVED / 1000;
        List<String> above = new ArrayList<>();
        if (cpu > 0) {
            above.add(cpu + " mc of CPU");
        }
        if (memory > 0) {
            above.add(size(memory) + " of memory");
        }
        return above.isEmpty() ? "" : String.join(" and ", above) + " above the 92 % at which it ends";
    }

    static int cpuPermille(HostSampled sample) {
        return Math.toIntExact(permille(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores()));
    }

    private static int memoryPermille(HostSampled sample) {
        return Math.toIntExact(permille(sample.getMemoryUsedBytes(), sample.getMemoryCapacityBytes()));
    }

    private static long permille(long part, long whole) {
        return whole <= 0 ? 0 : Math.ceilDiv(Math.multiplyExact(part, 1000L), whole);
    }

    private static List<HostSampled> counted(HostMinute minute, Predicate<HostSampled> wanted) {
        return minute.samples().stream().filter(wanted).toList();
    }

    private static long millis(List<HostSampled> samples) {
        return samples.stream().mapToLong(HostSampled::getSamplePeriodMillis).sum();
    }

    private static String percent(int permille) {
        return String.format(Locale.ROOT, "%.1f %%", permille / 10.0);
    }

    private static String size(long bytes) {
        return new ByteSize(bytes).toString();
    }
}
