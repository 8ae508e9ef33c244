job_id=$(curl -sS --fail-with-body -F image=@reef.jpg http://localhost:5001/V1/api/classify | tr -dc 0-9)

until curl -sS "http://localhost:5001/V1/api/status/$job_id?include=summary&wait=20" | tee status.json |
    grep -qE '"status":"(completed|error)"'; do :; done

curl -sS --fail-with-body -o map.png "http://localhost:5001/V1/api/result/$job_id.png"
