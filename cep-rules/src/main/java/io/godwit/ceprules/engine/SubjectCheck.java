package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.schemas.events.DetectionAction;

/** Whether the statements of a rule speak of what its header says is detected, or acted upon: a host or a VM. */
final class SubjectCheck {
    private SubjectCheck() {}

    /**
     * Checks a text that the allow-list admits.
     *
     * @throws io.godwit.ceprules.rules.RuleRefused at the first statement that speaks of something else
     */
    static void check(String text, RuleHeader header) {
        for (ModuleItem item : EplAllowList.statements(text)) {
            boolean ofVms = EplAllowList.model(item).getSelectClause().getSelectList().stream()
                    .anyMatch(element -> "vmId".equals(EplAllowList.columnOf(element)));
            switch (header.kind()) {
                case VM_CRASH -> {
                    if (!ofVms) {
                        throw Place.of(item, "select")
                                .refuse("kind VM_CRASH speaks of VMs; select the column vmId too");
                    }
                }
                case OVERLOAD, UNDERLOAD, HOST_CRASH -> {
                    if (ofVms) {
                        throw Place.of(item, "vmId")
                                .refuse("kind " + header.kind() + " speaks of hosts; drop the column vmId");
                    }
                }
                case CUSTOM -> {
                    if (ofVms && header.terms().getAction() == DetectionAction.DRAIN) {
                        throw Place.of(item, "vmId").refuse("action drain is for hosts; drop the column vmId");
                    }
                }
                case HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> {} // the header admits none of these
            }
        }
    }
}
