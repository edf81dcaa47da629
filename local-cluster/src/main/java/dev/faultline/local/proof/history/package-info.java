/**
 * Decides from what was told and what is stored whether the platform has kept its promises: records in, anomalies out, no
 * I/O. It knows the services' tables, and none of their code, so that a mistake there is not repeated here.
 */
@NullMarked
package dev.faultline.local.proof.history;

import org.jspecify.annotations.NullMarked;
