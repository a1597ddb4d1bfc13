package io.godwit.monitors.hosts.simulated.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
    private static final long SECOND = 1_000_000;
    private static final String BITBRAINS_HEADER =
            "vm,ts_s,cores,cpu_cap_mhz,cpu_usage_mhz,cpu_pct,mem_cap_kib,mem_used_kib,disk_read_kib_s,disk_write_kib_s,net_rx_kib_s,net_tx_kib_s\n";

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String fault(Trace.Format format, Path path) {
        return assertThrows(TraceFault.class, () -> read(format, path)).getMessage();
    }

    private static Trace read(Trace.Format format, Path path) {
        return Trace.read(new Trace.Option(format, path), "a", 2);
    }

    @Test
    void a_planetlab_series_gives_a_percentage_every_300_s_and_begins_again_at_its_end() throws IOException {
        Load load = read(Trace.Format.PLANETLAB, file("p.csv", "vm,u0,u1\nx,24,7\ny,0,100\n"))
                .load();
        assertEquals(Load.Step.ofCpu(240, 300 * SECOND), load.at(0, 0));
        assertEquals(Load.Step.ofCpu(70, 600 * SECOND), load.at(0, 300 * SECOND));
        assertEquals(Load.Step.ofCpu(240, 900 * SECOND), load.at(0, 600 * SECOND));
        assertEquals(1000, load.at(1, 599 * SECOND).cpuPermille());
        assertEquals(load.at(0, 5), load.at(2, 5), "VM 2 plays the first of the two series again");
    }

    @Test
    void gzip_is_read_where_the_name_says_so() throws IOException {
        Path path = folder.resolve("p.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            out.write("vm,u0\nx,12\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(120, read(Trace.Format.PLANETLAB, path).load().at(0, 0).cpuPermille());
    }

    @Test
    void a_broken_line_is_told_with_file_line_column_bound_and_remedy() throws IOException {
        Path path = file("p.csv", "vm,u0,u1\nx,24,7\ny,1,abc\n");
        assertEquals(
                path + ", line 3, column u1: \"abc\" is no number; give 0 to 1000, or drop the line",
                fault(Trace.Format.PLANETLAB, path));
        assertTrue(fault(Trace.Format.PLANETLAB, file("q.csv", "vm,u0,u1\nx,24,-7\n"))
                .endsWith("line 2, column u1: -7 is out of bounds; give 0 to 1000, or drop the line"));
        assertTrue(fault(Trace.Format.PLANETLAB, file("r.csv", "vm,u0,u1\nx,24\n"))
                .endsWith("line 2, column u1: the line has 2 fields, the header 3; complete the line or drop it"));
        assertTrue(fault(Trace.Format.PLANETLAB, file("s.csv", "")).contains("is empty"));
        assertTrue(fault(Trace.Format.PLANETLAB, file("t.csv", "time,u0\n")).contains("must begin with vm,u0"));
        assertTrue(fault(Trace.Format.PLANETLAB, folder.resolve("none.csv")).contains("is not there"));
        assertTrue(fault(Trace.Format.PLANETLAB, file("u.csv.gz", "vm,u0\n")).contains("cannot be read"));
    }

    @Test
    void a_folder_plays_the_series_of_all_its_files_in_the_order_of_their_names() throws IOException {
        assertTrue(fault(Trace.Format.PLANETLAB, folder).contains("is a folder without a .csv or .csv.gz file"));
        file("b.csv", "vm,u0\ny,2\n");
        file("a.csv", "vm,u0\nx,1\n");
        file("README.md", "no trace");
        Load load = read(Trace.Format.PLANETLAB, folder).load();
        assertEquals(10, load.at(0, 0).cpuPermille());
        assertEquals(20, load.at(1, 0).cpuPermille());
        Path longer = file("c.csv", "vm,u0,u1\nz,3,4\n");
        assertEquals(
                longer + ": has 2 samples per VM, the files before it 1; name one file, or a folder of equally long"
                        + " ones",
                fault(Trace.Format.PLANETLAB, folder));
    }

    @Test
    void a_bitbrains_vm_goes_on_from_one_file_of_a_folder_to_the_next() throws IOException {
        file("1.csv", BITBRAINS_HEADER + "1,1000,2,5852,637.9,10,0,0,0,0,0,0\n");
        file("2.csv", BITBRAINS_HEADER + "1,1300,2,5852,637.9,20,0,0,0,0,0,0\n");
        Load load = read(Trace.Format.BITBRAINS, folder).load();
        assertEquals(100, load.at(0, 0).cpuPermille());
        assertEquals(200, load.at(0, 300 * SECOND).cpuPermille());
    }

    @Test
    void bitbrains_values_may_exceed_100_percent_and_hold_across_gaps() throws IOException {
        Load load = read(Trace.Format.BITBRAINS, file("b.csv", BITBRAINS_HEADER + """
            1,1000,2,5852,637.9,154.6,0,900375,1.0,1.5,11.3,27.5
            1,3000,2,5852,637.9,10.90,8388608,900375,0,0,0,0
            5,1300,2,5852,637.9,50,8388608,900375,0,0,0,0
            """))
                .load();
        assertEquals(new Load.Step(1546, 3 * 1024, 39 * 1024, 2000 * SECOND), load.at(0, 1999 * SECOND));
        assertEquals(109, load.at(0, 2000 * SECOND).cpuPermille());
        assertEquals(0, load.at(1, 299 * SECOND).cpuPermille(), "not there yet");
        assertEquals(500, load.at(1, 300 * SECOND).cpuPermille());
        assertEquals(0, load.at(1, 600 * SECOND).cpuPermille(), "gone");
        assertEquals(1546, load.at(0, 2300 * SECOND).cpuPermille(), "again from the start");
    }

    @Test
    void an_original_file_of_bitbrains_is_read_with_its_tabs() throws IOException {
        Path path = file("5.csv", """
            Timestamp [ms];\tCPU cores;\tCPU capacity;\tCPU usage [MHZ];\tCPU usage [%];\tM;\tN;\tO;\tP;\tQ;\tR
            1372629804;\t1;\t2925.999494;\t210.67;\t7.2;\t2097152.0;\t696253.06;\t1731.66;\t151.4;\t0.0;\t0.0
            """);
        assertEquals(72, read(Trace.Format.BITBRAINS, path).load().at(0, 0).cpuPermille());
    }

    @Test
    void bitbrains_lines_out_of_order_are_refused() throws IOException {
        String line = "1,1000,2,5852,637.9,10,0,900375,1.0,1.5,11.3,27.5\n";
        assertTrue(fault(Trace.Format.BITBRAINS, file("b.csv", BITBRAINS_HEADER + line + line.replace("1000,", "999,")))
                .contains("line 3, column ts_s: 999 is before 1000"));
    }

    @Test
    void an_events_trace_brings_its_fleet() throws IOException {
        file("fleet.csv", "vm,host,vcpus,memory_mib,dirty_percent\nvm-0,host-0,1,1024,30\nvm-1,host-1,2,2048,50\n");
        file("load.csv", "seconds,vm,cpu_percent\n0.617,vm-1,30\n2,vm-0,100\n");
        Trace trace = read(Trace.Format.EVENTS, folder);
        SimulatedFleet fleet = trace.fleet().orElseThrow();
        assertEquals("sim-a-host-1", fleet.hosts().get(1).hostId());
        assertEquals("r2", fleet.hosts().get(1).rack());
        assertEquals(
                new SimulatedFleet.Vm("vm-a-1", "vm-1", 2, 2L << 30, 62_5 * (1L << 20) / 10, 1),
                fleet.vms().get(1));
        assertEquals(Load.Step.ofCpu(700, 617_000), trace.load().at(1, 0));
        assertEquals(Load.Step.ofCpu(300, 3 * SECOND), trace.load().at(1, 617_000));
        assertEquals(700, trace.load().at(1, 3 * SECOND).cpuPermille(), "again from the start");
    }

    @Test
    void an_events_trace_with_an_unknown_vm_is_refused() throws IOException {
        file("fleet.csv", "vm,host,vcpus,memory_mib,dirty_percent\nvm-0,host-0,1,1024,30\n");
        file("load.csv", "seconds,vm,cpu_percent\n0.617,vm-7,30\n");
        assertTrue(fault(Trace.Format.EVENTS, folder)
                .endsWith(
                        "load.csv, line 2, column vm: \"vm-7\" is no VM of fleet.csv; add it there or drop the line"));
    }

    @Test
    void a_missing_value_of_google_is_that_before_it_and_nothing_at_the_start() throws IOException {
        Load load = read(Trace.Format.GOOGLE, file("g.csv", "vm,u0,u1,u2\n1218_1,,6.76,NA\n"))
                .load();
        assertEquals(0, load.at(0, 0).cpuPermille());
        assertEquals(68, load.at(0, 300 * SECOND).cpuPermille());
        assertEquals(Load.Step.ofCpu(68, 900 * SECOND), load.at(0, 600 * SECOND));
    }

    @Test
    void of_a_folder_of_google_the_cpu_is_read_and_the_memory_left() throws IOException {
        file("mem.csv", "vm,m0\nx,118.5\n");
        assertTrue(fault(Trace.Format.GOOGLE, folder)
                .endsWith("cpu.csv: is not there; give the path of an existing file"));
        file("cpu.csv", "vm,u0\nx,50\n");
        assertEquals(500, read(Trace.Format.GOOGLE, folder).load().at(0, 0).cpuPermille());
    }

    @Test
    void an_azure_line_is_a_time_and_a_column_a_vm() throws IOException {
        file("cpu_max.csv", "t_s,vm0\n0,100\n");
        file("cpu_avg.csv", "t_s,vm0,vm1\n600,44.46,5.86\n900,,100\n");
        Load load = read(Trace.Format.AZURE, folder).load();
        assertEquals(Load.Step.ofCpu(445, 300 * SECOND), load.at(0, 0));
        assertEquals(Load.Step.ofCpu(445, 600 * SECOND), load.at(0, 300 * SECOND), "missing: as above");
        assertEquals(1000, load.at(1, 599 * SECOND).cpuPermille());
        assertEquals(59, load.at(1, 600 * SECOND).cpuPermille(), "again from the start");
    }

    @Test
    void azure_lines_out_of_order_or_broken_are_refused() throws IOException {
        Path twice = file("a.csv", "t_s,vm0\n300,1\n300,2\n");
        assertEquals(
                twice
                        + ", line 3, column t_s: 300 s is not after the line above; sort the lines by time, each time"
                        + " once",
                fault(Trace.Format.AZURE, twice));
        Path above = file("b.csv", "t_s,vm0,vm1\n0,1,2\n300,1,x\n");
        assertEquals(
                above + ", line 3, column vm1: \"x\" is no number; give 0 to 1000, or drop the line",
                fault(Trace.Format.AZURE, above));
        assertTrue(fault(Trace.Format.AZURE, file("c.csv", "t_s,vm0\n")).contains("holds 0 lines of 1 VMs"));
    }

    @Test
    void an_option_names_format_and_path() {
        assertEquals(
                new Trace.Option(Trace.Format.BITBRAINS, Path.of("a:b.csv")), Trace.Option.parse("bitbrains:a:b.csv"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Trace.Option.parse("opendc:x"))
                .getMessage()
                .contains("planetlab, bitbrains, events, google, azure"));
    }

    @Test
    void the_real_traces_are_read_whole() {
        Path data = data();
        Trace planetlab = read(Trace.Format.PLANETLAB, data.resolve("planetlab-cpu/20110303.csv.gz"));
        assertEquals(1052, ((TraceLoad) planetlab.load()).size());
        assertEquals(86_400 * SECOND, ((TraceLoad) planetlab.load()).lengthMicros());
        Trace bitbrains =
                read(Trace.Format.BITBRAINS, data.resolve("bitbrains-rnd/rnd-2013-07-08_10d_vm-mod4-eq1.csv.gz"));
        assertEquals(117, ((TraceLoad) bitbrains.load()).size());
        assertEquals(
                1,
                ((TraceLoad) read(Trace.Format.BITBRAINS, data.resolve("bitbrains-rnd/raw/2013-7_5.csv.gz"))
                                .load())
                        .size());
        assertEquals(
                1052 + 1516 + 1233,
                ((TraceLoad) read(Trace.Format.PLANETLAB, data.resolve("planetlab-cpu"))
                                .load())
                        .size());
        assertEquals(
                3,
                ((TraceLoad) read(Trace.Format.BITBRAINS, data.resolve("bitbrains-rnd/raw"))
                                .load())
                        .size());
        Trace google = read(Trace.Format.GOOGLE, data.resolve("google-vm"));
        assertEquals("Google, 400 VMs, 288 samples of 300 s", google.says());
        assertEquals(68, google.load().at(0, 0).cpuPermille(), "6.76 %");
        Trace azure = read(Trace.Format.AZURE, data.resolve("azure-v1-vm"));
        assertEquals("Azure, 40 VMs, 27.8 days", azure.says());
        assertEquals(479, azure.load().at(0, 300 * SECOND).cpuPermille(), "47.93 %");
        assertEquals(
                719,
                read(Trace.Format.AZURE, data.resolve("azure-v1-vm/cpu_max.csv.gz"))
                        .load()
                        .at(0, 0)
                        .cpuPermille(),
                "71.89 %");
        Trace events = read(Trace.Format.EVENTS, data.resolve("vmplaces-64"));
        assertEquals(64, events.fleet().orElseThrow().hosts().size());
        assertEquals(640, events.fleet().orElseThrow().vms().size());
        assertEquals(1800, ((TraceLoad) events.load()).lengthMicros() / SECOND);
    }

    private static Path data() {
        return RealData.folder();
    }
}
