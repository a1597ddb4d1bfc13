package io.godwit.ops.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A settings file is wrong; the message holds every fault of it, each with its line and the remedy. */
public final class SettingsFault extends Exception {
    private static final long serialVersionUID = 1L;

    SettingsFault(Path file, List<String> faults) {
        super(
                faults.size() == 1
                        ? file + ": " + faults.getFirst()
                        : file + " has " + faults.size() + " faults:\n"
                                + faults.stream().map(fault -> "  " + fault).collect(Collectors.joining("\n")));
    }
}
