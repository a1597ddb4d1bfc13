package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import java.nio.file.Path;

/** A child JVM for tests of other packages. */
public final class TestedProcess {
    private TestedProcess() {}

    /** One that runs any rule, however wrong it is. */
    public static OperatorsProcess unchecked(OperatorsConfig config, Path ruleCache) {
        return new OperatorsProcess(config, UncheckedMain.class, ruleCache, () -> {});
    }
}
