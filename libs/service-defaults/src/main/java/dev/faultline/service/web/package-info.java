/** What every servlet service shares: problems as answers, a bound on request bodies, correlation of logs. */
@NullMarked
package dev.faultline.service.web;

import org.jspecify.annotations.NullMarked;
