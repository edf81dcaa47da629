/** Defaults of servlet services: problem details, a limit on request bodies, correlation ids in logs. */
@NullMarked
package dev.faultline.service.web;

import org.jspecify.annotations.NullMarked;
