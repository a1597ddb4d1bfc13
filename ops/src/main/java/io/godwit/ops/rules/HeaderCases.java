package io.godwit.ops.rules;

import io.godwit.ceprules.rules.RuleHeader;
import java.util.List;

/**
 * The scenarios that a rule carries in its own header, under "expect" (docs/rules.md, "Cases in the header").
 *
 * @param count of those without a fault
 * @param faults what is wrong, as LINE:COLUMN: WHAT
 */
public record HeaderCases(int count, List<String> faults) {
    public static HeaderCases of(RuleHeader header) {
        ScenarioReader.Read read = read(header);
        return new HeaderCases(
                read.scenarios().size(),
                read.faults().stream()
                        .map(fault -> fault.at().line() + ":" + fault.at().column() + ": " + fault.says())
                        .toList());
    }

    static ScenarioReader.Read read(RuleHeader header) {
        return header.cases().isEmpty()
                ? new ScenarioReader.Read(List.of(), List.of())
                : ScenarioReader.of(header.cases(), "expect");
    }
}
