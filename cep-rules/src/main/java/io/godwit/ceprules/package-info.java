/**
 * Draws detections from observations with Esper rules. The only package that may import {@code com.espertech}.
 */
package io.godwit.ceprules;
