#pragma once

#include "actors/bus/event_source.hpp"
#include "storage/broker/kafka.hpp"

#include <string>

namespace boxoffice::broker {

/// The same place with the topic where the group's consumers keep what they do not take.
kafka_place parked_place(kafka_place of, const std::string& group);

/// Reads that topic from its beginning to where it ends now, with a client of its own and as no
/// member of a group. A topic that is not there holds nothing. Throws kafka_error.
event_source::parked_records read_parked_topic(const kafka_place& of, const std::string& group);

}  // namespace boxoffice::broker
