package io.godwit.schedulers.partition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.godwit.schedulers.planner.PlacementProblem.AutoConverge;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Settings that decisions read. They hold from the SettingsAnnounced that stands in each segment, so that a replay uses
 * what was in force; before the first one the defaults hold.
 *
 * @param policy who solves an overload: static, centralized, hierarchical, dvms, dvms-local
 * @param vmHoldMillis how long a VM stays after it arrived or failed to move; 0 to 3600000
 * @param marginPermille excess of CPU demand, as a share of a host's capacity, that is not worth a move; 0 to 1000
 * @param fillPermille CPU demand that a target may have afterwards, as a share of its capacity; 1 to 1000
 * @param searchNodes search nodes that one plan may take; 1 to 10000000
 * @param movesAtOnce moves in or out of one host that are commanded at a time, the next when one has ended; no more than
 *     executor.moves-per-host, or they wait there for longer than start-within-millis; 1 to 16
 * @param startWithinMillis how long after a decision a move may still start; 1000 to 600000
 * @param retryMillis back-off of a detection that found no plan, doubled with each further one (twice at most where others
 *     held a host that would do), and less by up to a half, by its id; 100 to 60000
 * @param retryMillisMax largest back-off; at least retryMillis, at most 3600000
 * @param adviseAgainMillis how long an advised plan is not shown again while the host's VMs stay the same; 0 to 3600000
 * @param answerWithinMillis how long another segment may take to answer before it is passed over; 1000 to 600000
 * @param solveWithinMillis how long a solve outside the transaction may take before it is asked for anew; 1000 to 3600000
 * @param sitePeriodMillis how often the policy centralized looks at the whole site; 1000 to 3600000
 * @param managerHosts hosts of one manager of the policy hierarchical; 2 to 1000
 * @param headroomPermille CPU that a host keeps free, as a share of its capacity: one with less is relieved before it is
 *     overloaded; 0: none is, up to 900
 * @param emptyUnderloaded whether underloaded hosts are emptied, so that they can be powered off
 * @param emptying when they may be
 * @param movesPerHour budgets of moves
 * @param postCopy when VMs may be moved by post-copy, which loses the VM where a host of the move is lost: never, or urgent
 *     (to relieve an overload, and where a move stalls)
 * @param postCopyForbidden ids of VMs that are never moved by post-copy
 * @param autoConverge when the CPU of a VM may be held back while it is moved: never, or needed (where it writes memory
 *     nearly as fast as its share of the links, and where executor.stall says so)
 * @param autoConvergeForbidden ids of VMs that are never held back
 * @param suspend when VMs may be paused for as long as others change places: never, or last-resort (to relieve an overload,
 *     where full hosts must change VMs, no detour helps, and no further host could)
 * @param suspendForbidden ids of VMs that are never paused
 * @param mendConstraints whether VMs are moved where a constraint is broken and no overload is open
 * @param restarting how VMs are started again after crashes
 * @param throughput what networks and disks of hosts carry
 */
public record DecisionSettings(
        Policy policy,
        long vmHoldMillis,
        int marginPermille,
        int fillPermille,
        long searchNodes,
        int movesAtOnce,
        long startWithinMillis,
        long retryMillis,
        long retryMillisMax,
        long adviseAgainMillis,
        long answerWithinMillis,
        long solveWithinMillis,
        long sitePeriodMillis,
        int managerHosts,
        int headroomPermille,
        boolean emptyUnderloaded,
        Emptying emptying,
        MovesPerHour movesPerHour,
        PostCopy postCopy,
        List<String> postCopyForbidden,
        AutoConverge autoConverge,
        List<String> autoConvergeForbidden,
        Suspend suspend,
        List<String> suspendForbidden,
        boolean mendConstraints,
        Restarting restarting,
        Throughput throughput) {
    public static final DecisionSettings DEFAULTS = new DecisionSettings(
            Policy.DVMS_LOCAL,
            60_000,
            0,
            1000,
            5_000,
            2,
            10_000,
            2_000,
            30_000,
            60_000,
            5_000,
            60_000,
            30_000,
            32,
            0,
            false,
            Emptying.DEFAULTS,
            MovesPerHour.DEFAULTS,
            PostCopy.NEVER,
            List.of(),
            AutoConverge.NEEDED,
            List.of(),
            Suspend.NEVER,
            List.of(),
            false,
            Restarting.DEFAULTS,
            Throughput.DEFAULTS);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            // a setting that a newer version announced must not stop this one; its own digest tells the difference
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public DecisionSettings {
        if (postCopy == null || postCopyForbidden == null) {
            throw new IllegalArgumentException(
                    "scheduler.decisions.post-copy is " + postCopy + " and post-copy-forbidden is " + postCopyForbidden
                            + "; give never or urgent, and a list of VM ids");
        }
        if (autoConverge == null || autoConvergeForbidden == null) {
            throw new IllegalArgumentException("scheduler.decisions.auto-converge is " + autoConverge
                    + " and auto-converge-forbidden is " + autoConvergeForbidden
                    + "; give never or needed, and a list of VM ids");
        }
        if (suspend == null || suspendForbidden == null) {
            throw new IllegalArgumentException("scheduler.decisions.suspend is " + suspend
                    + " and suspend-forbidden is " + suspendForbidden
                    + "; give never or last-resort, and a list of VM ids");
        }
        check("vm-hold-millis", vmHoldMillis, 0, 3_600_000);
        check("margin-permille", marginPermille, 0, 1000);
        check("fill-permille", fillPermille, 1, 1000);
        check("search-nodes", searchNodes, 1, 10_000_000);
        check("moves-at-once", movesAtOnce, 1, 16);
        check("start-within-millis", startWithinMillis, 1000, 600_000);
        check("retry-millis", retryMillis, 100, 60_000);
        check("retry-millis-max", retryMillisMax, retryMillis, 3_600_000);
        check("advise-again-millis", adviseAgainMillis, 0, 3_600_000);
        check("answer-within-millis", answerWithinMillis, 1000, 600_000);
        check("solve-within-millis", solveWithinMillis, 1000, 3_600_000);
        check("site-period-millis", sitePeriodMillis, 1000, 3_600_000);
        check("manager-hosts", managerHosts, 2, 1000);
        check("headroom-permille", headroomPermille, 0, 900);
        postCopyForbidden = postCopyForbidden.stream().distinct().sorted().toList();
        autoConvergeForbidden =
                autoConvergeForbidden.stream().distinct().sorted().toList();
        suspendForbidden = suspendForbidden.stream().distinct().sorted().toList();
    }

    /** Whether a VM may ever be moved by post-copy. */
    public boolean allowsPostCopy(String vmId) {
        return postCopy == PostCopy.URGENT && !postCopyForbidden.contains(vmId);
    }

    /** Whether a VM may ever be held back while it is moved. */
    public boolean allowsAutoConverge(String vmId) {
        return autoConverge == AutoConverge.NEEDED && !autoConvergeForbidden.contains(vmId);
    }

    /** Whether a VM may ever be paused. */
    public boolean allowsSuspend(String vmId) {
        return suspend == Suspend.LAST_RESORT && !suspendForbidden.contains(vmId);
    }

    static void check(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("scheduler.decisions." + key + " is " + value + "; give " + least
                    + " to " + most + ", or drop the key for the default");
        }
    }

    /** As it stands in SettingsAnnounced: keys sorted, no spaces. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("whole numbers can always be written", impossible);
        }
    }

    /** @throws IllegalArgumentException with what is wrong */
    public static DecisionSettings parse(String json) {
        try {
            return JSON.readValue(withDefaults(json), DecisionSettings.class);
        } catch (JsonProcessingException wrong) {
            Throwable cause = wrong.getCause() instanceof IllegalArgumentException ? wrong.getCause() : wrong;
            throw new IllegalArgumentException("settings cannot be read: " + cause.getMessage(), wrong);
        }
    }

    /** What the text leaves out is as in the defaults. */
    private static String withDefaults(String json) throws JsonProcessingException {
        var tree = JSON.readTree(DEFAULTS.toJson());
        return JSON.writeValueAsString(JSON.readerForUpdating(tree).readValue(json));
    }

    /** Hex digest, as it stands in the journal. */
    public String digest() {
        return Digests.sha256(toJson().getBytes(StandardCharsets.UTF_8));
    }
}
