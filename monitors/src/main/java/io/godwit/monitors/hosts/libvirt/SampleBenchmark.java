package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.godwit.monitors.hosts.HostReading;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;

/**
 * What one sample of a host costs this process beyond libvirt's own call. QEMU's answer is laid out in memory as libvirt
 * would hand it over, since libvirt's test driver tells states only: every number that libvirt 9 tells of a guest with two
 * vCPUs, two disks and two networks.
 */
public final class SampleBenchmark {
    private static final int ROUNDS_WARM = 3000;
    private static final int ROUNDS = 1000;
    private static final int PARAM_BYTES = 96;
    private static final int RECORD_BYTES = 24;
    private static final int LLONG = 3;
    private static final List<String> OF_GUEST = List.of(
            "state.state",
            "state.reason",
            "cpu.time",
            "cpu.user",
            "cpu.system",
            "cpu.cache.monitor.count",
            "cpu.haltpoll.success.time",
            "cpu.haltpoll.fail.time",
            "balloon.current",
            "balloon.maximum",
            "balloon.swap_in",
            "balloon.swap_out",
            "balloon.major_fault",
            "balloon.minor_fault",
            "balloon.unused",
            "balloon.available",
            "balloon.usable",
            "balloon.last-update",
            "balloon.disk_caches",
            "balloon.hugetlb_pgalloc",
            "balloon.hugetlb_pgfail",
            "balloon.rss",
            "vcpu.current",
            "vcpu.maximum",
            "net.count",
            "block.count",
            "dirtyrate.calc_status",
            "dirtyrate.calc_start_time",
            "dirtyrate.calc_period",
            "dirtyrate.megabytes_per_second");
    private static final List<String> OF_EACH_OF_TWO = List.of(
            "vcpu.%d.state",
            "vcpu.%d.time",
            "vcpu.%d.wait",
            "vcpu.%d.delay",
            "vcpu.%d.halted",
            "net.%d.rx.bytes",
            "net.%d.rx.pkts",
            "net.%d.rx.errs",
            "net.%d.rx.drop",
            "net.%d.tx.bytes",
            "net.%d.tx.pkts",
            "net.%d.tx.errs",
            "net.%d.tx.drop",
            "block.%d.backingIndex",
            "block.%d.rd.reqs",
            "block.%d.rd.bytes",
            "block.%d.rd.times",
            "block.%d.wr.reqs",
            "block.%d.wr.bytes",
            "block.%d.wr.times",
            "block.%d.fl.reqs",
            "block.%d.fl.times",
            "block.%d.allocation",
            "block.%d.capacity",
            "block.%d.physical");

    private SampleBenchmark() {}

    /**
     * CPU milliseconds of one sample, warm.
     *
     * @param beyondTheCall from what the bulk call answered to the finished sample
     * @param bareBulkCall libvirt's bulk call alone, in the test driver
     * @param oneByOne a look by short calls at the test driver, libvirt's part included
     * @param numbers of one guest
     */
    public record Row(double beyondTheCall, double bareBulkCall, double oneByOne, int numbers) {}

    private interface Step {
        void run() throws HypervisorError;
    }

    /**
     * Measures in this thread.
     *
     * @param uri of a host of libvirt's test driver
     * @throws IllegalStateException where libvirt refuses something
     */
    public static Row run(String uri) {
        LibvirtRuntime.start();
        List<String> names = new ArrayList<>(OF_GUEST);
        for (int each = 0; each < 2; each++) {
            int number = each;
            OF_EACH_OF_TWO.forEach(name -> names.add(name.formatted(number)));
        }
        try {
            LibvirtConnection connection = new LibvirtConnection(uri);
            List<Pointer> domains = new ArrayList<>();
            DomainReader.each(connection.pointer(), domain -> {
                Virt.library().virDomainRef(domain);
                domains.add(domain);
            });
            Memory records = answer(domains, names);
            NodeInfo node = connection.nodeInfo();
            LibvirtProbe probe =
                    new LibvirtProbe("bench", "bench", uri, LibvirtSettings.DEFAULTS, CapacityOverride.NONE, _ -> {});
            long[] seen = {0};
            double beyond = cpuMillis(() -> {
                Look look = look(DomainReader.read(records, domains.size(), DomainReader.Ask.ALL_AND_DIRTY_RATE), node);
                HostReading reading = probe.reading(look, look);
                seen[0] += reading.vms().size();
            });
            double bare = cpuMillis(() -> {
                PointerByReference answered = new PointerByReference();
                int count =
                        Virt.library().virConnectGetAllDomainStats(connection.pointer(), Virt.STATS_STATE, answered, 0);
                seen[0] += count;
                Virt.library().virDomainStatsRecordListFree(answered.getValue());
            });
            double oneByOne =
                    cpuMillis(() -> seen[0] += connection.domainsOneByOne().size());
            if (seen[0] != 3L * (ROUNDS_WARM + ROUNDS) * domains.size()) {
                throw new IllegalStateException("samples are missing: " + seen[0]);
            }
            domains.forEach(domain -> Virt.library().virDomainFree(domain));
            probe.close();
            connection.end();
            return new Row(beyond, bare, oneByOne, names.size());
        } catch (LibvirtException | HypervisorError refused) {
            throw new IllegalStateException("libvirt's test driver at " + uri + " does not work", refused);
        }
    }

    private static Look look(List<DomainStats> found, NodeInfo node) {
        Map<String, DomainStats> domains =
                found.stream().collect(Collectors.toMap(DomainStats::vmId, domain -> domain));
        return new Look("bench", 1, 0, 1, true, true, node, 0, 0, domains);
    }

    private static Memory answer(List<Pointer> domains, List<String> names) {
        long recordsAt = (long) Native.POINTER_SIZE * domains.size();
        long paramsAt = recordsAt + (long) RECORD_BYTES * domains.size();
        Memory memory = new Memory(paramsAt + (long) PARAM_BYTES * names.size() * domains.size());
        memory.clear();
        for (int i = 0; i < domains.size(); i++) {
            long record = recordsAt + (long) RECORD_BYTES * i;
            long params = paramsAt + (long) PARAM_BYTES * names.size() * i;
            memory.setPointer((long) Native.POINTER_SIZE * i, memory.share(record));
            memory.setPointer(record, domains.get(i));
            memory.setPointer(record + 8, memory.share(params));
            memory.setInt(record + 16, names.size());
            for (int n = 0; n < names.size(); n++) {
                byte[] name = names.get(n).getBytes(StandardCharsets.ISO_8859_1);
                long at = params + (long) PARAM_BYTES * n;
                memory.write(at, name, 0, name.length);
                memory.setInt(at + 80, LLONG);
                memory.setLong(at + 88, n == 0 ? 1 : 1000L * n);
            }
        }
        return memory;
    }

    private static double cpuMillis(Step step) throws HypervisorError {
        var threads = ManagementFactory.getThreadMXBean();
        for (int round = 0; round < ROUNDS_WARM; round++) {
            step.run();
        }
        long began = threads.getCurrentThreadCpuTime();
        for (int round = 0; round < ROUNDS; round++) {
            step.run();
        }
        return (threads.getCurrentThreadCpuTime() - began) / 1e6 / ROUNDS;
    }
}
