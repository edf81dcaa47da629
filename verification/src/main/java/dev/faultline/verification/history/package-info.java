/**
 * Decides from what was told and what is stored whether the platform has kept its promises: records in, anomalies out, no
 * I/O. It knows the services' tables, and none of their code, so that a mistake there is not strings here.
 */
@NullMarked
package dev.faultline.verification.history;

import org.jspecify.annotations.NullMarked;
