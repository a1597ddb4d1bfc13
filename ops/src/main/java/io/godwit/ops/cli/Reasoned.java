package io.godwit.ops.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the verbs share that write into a region's log: which region, and why, as each such record says who asked and why. */
abstract class Reasoned {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--reason", required = true, description = "Why; it stands in the log.")
    String reason;
}
