-- Registrations for wrk, each of another person.  wrk ... -s capture.lua URL -- RUN: RUN keeps runs apart.
-- Without RUN: an empty request, to be answered with the least.  The last line is for capture.sh to read.
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    next_person = 0
    if arguments[1] then
        head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        person = string.format('{"email":"p-%s-%d-%%08d@example.com","first_name":"Anna","last_name":"Lee",' ..
            '"phone":"+491701234567","utm_source":"news","utm_medium":"mail","utm_campaign":"spring","page":"reg"}',
            arguments[1], number)
        head = head .. #string.format(person, 0) .. "\r\n\r\n"
        request = function()
            next_person = next_person + 1
            return head .. string.format(person, next_person)
        end
    end
end

function done(summary, latency, requests)
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    print(string.format("figures %.0f %.1f %.1f %d %d", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.errors.status, failed))
end
