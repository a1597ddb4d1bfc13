package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.cli.ScriptFile;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.constraints.script.ConstraintScript;
import io.godwit.schedulers.constraints.script.KnownNames;
import io.godwit.schedulers.constraints.script.Reading;
import io.godwit.schemas.events.ConstraintsApplied;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** A script of constraints on the VMs and hosts of a simulated region. */
public final class GivenConstraints {
    private GivenConstraints() {}

    /**
     * @param option that named the file
     * @param name under which the script holds
     * @throws IllegalArgumentException naming each fault by line and column
     */
    static ConstraintsApplied read(String option, Path file, String name, List<SimulatedFleet> fleets) {
        TreeMap<String, String> vms = new TreeMap<>();
        TreeMap<String, String> hosts = new TreeMap<>();
        for (SimulatedFleet fleet : fleets) {
            fleet.vms().forEach(vm -> vms.put(vm.vmId(), vm.name()));
            fleet.hosts()
                    .forEach(host -> hosts.put(host.hostId(), fleet.site() + "/" + host.rack() + "/" + host.name()));
        }
        return read(option, file, name, "simulate", new KnownNames(vms, hosts));
    }

    /**
     * @param author who applies it
     * @throws IllegalArgumentException naming each fault by line and column
     */
    public static ConstraintsApplied read(String option, Path file, String name, String author, KnownNames names) {
        String text = ScriptFile.text(file);
        return switch (ConstraintScript.read(text, names)) {
            case Reading.Understood understood ->
                new ConstraintsApplied(
                        name,
                        text,
                        understood.constraints().stream()
                                .map(constraint -> Form.of(constraint).stated())
                                .toList(),
                        author,
                        option);
            case Reading.Refused refused ->
                throw new IllegalArgumentException(
                        option + " holds a script with faults\n" + String.join("\n", ScriptFile.faults(file, refused)));
        };
    }
}
