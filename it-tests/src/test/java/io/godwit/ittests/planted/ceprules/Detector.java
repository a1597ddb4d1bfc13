package io.godwit.ittests.planted.ceprules;

import com.espertech.esper.common.client.EventBean;

/** Right: this is where Esper belongs. */
public record Detector(EventBean event) {}
